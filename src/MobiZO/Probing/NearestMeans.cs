using System.Numerics.Tensors;
using MobiZO.Adapters;

namespace MobiZO.Probing;

/// <summary>
/// The discriminant alone: the rows of a discriminant A that tell labels apart, read as a classifier. Of every module input the values
/// A x are compared with their means over the training rows of each label, in units of their spread within labels; the label with the
/// smallest squared distance, summed over the modules, is taken. No step is behind it.
/// </summary>
internal sealed class NearestMeans
{
    private readonly (string Input, float[][] Rows, double[][] Means, double[] Spreads)[] _modules;
    private readonly int _classes;

    /// <param name="adapter">An adapter whose A was read from the prompts.</param>
    /// <param name="inputOf">The name of what enters a module.</param>
    /// <param name="inputs">What entered at the last token of training prompts: [n, in] by name.</param>
    /// <param name="labels">[n], from 0.</param>
    /// <param name="classes">Number of label words.</param>
    public NearestMeans(
        LoraAdapter adapter,
        Func<string, string> inputOf,
        IReadOnlyDictionary<string, float[][]> inputs,
        int[] labels,
        int classes
    )
    {
        _classes = classes;
        _modules = [.. adapter.Modules.DistinctBy(module => inputOf(module.Name)).Select(module => Measure(module, inputOf(module.Name)))];

        (string, float[][], double[][], double[]) Measure(LoraModule module, string input)
        {
            // Row 0 reads what all prompts have in common; rows behind the labels' read whatever varies most.
            float[][] rows =
            [
                .. Enumerable
                    .Range(1, Math.Max(0, Math.Min(classes, module.Rank) - 1))
                    .Select(row => module.A.AsSpan(row * module.InputSize, module.InputSize).ToArray()),
            ];
            double[][] values = [.. inputs[input].Select(state => Read(rows, state))];
            double[][] means =
            [
                .. Enumerable
                    .Range(0, classes)
                    .Select(label =>
                        rows.Select((_, row) => Mean(values.Where((_, n) => labels[n] == label).Select(value => value[row]))).ToArray()
                    ),
            ];
            double[] spreads =
            [
                .. rows.Select((_, row) => values.Select((value, n) => Square(value[row] - means[labels[n]][row])).Average()),
            ];
            return (input, rows, means, spreads);
        }
    }

    /// <summary>The label of a row.</summary>
    /// <param name="inputs">What enters a module at the last prompt token: [in] by name.</param>
    public int LabelOf(Func<string, float[]> inputs)
    {
        var distances = new double[_classes];
        foreach (var (input, rows, means, spreads) in _modules)
        {
            var values = Read(rows, inputs(input));
            for (var label = 0; label < _classes; label++)
            {
                for (var row = 0; row < values.Length; row++)
                {
                    distances[label] += spreads[row] > 0 ? Square(values[row] - means[label][row]) / spreads[row] : 0;
                }
            }
        }

        // A label that no training row has, has no mean: it is never the nearest.
        return Array.IndexOf(distances, distances.Where(double.IsFinite).DefaultIfEmpty(distances[0]).Min());
    }

    private static double[] Read(float[][] rows, float[] state) => [.. rows.Select(row => (double)TensorPrimitives.Dot<float>(row, state))];

    private static double Mean(IEnumerable<double> values) => values.DefaultIfEmpty(double.NaN).Average();

    private static double Square(double value) => value * value;
}
