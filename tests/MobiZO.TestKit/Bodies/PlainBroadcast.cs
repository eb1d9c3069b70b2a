using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Architecture;
using MobiZO.Programs;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Building;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Ops;

namespace MobiZO.TestKit.Bodies;

/// <summary>
/// The broadcast direction without a reverse rule: loss, head and norms in plain double arithmetic, their slopes by central differences of
/// fourth order. Only hidden states are taken from the program.
/// </summary>
/// <param name="model">The model as data.</param>
/// <param name="weights">Its weights.</param>
internal sealed class PlainBroadcast(ModelDescription model, IWeightSource weights)
{
    private const double Step = 2e-3;

    private readonly Dictionary<string, float[]> _read = new(StringComparer.Ordinal);

    /// <summary>The direction [BCount].</summary>
    public float[] Of(IEngine engine, StepOptions options, Program step, Dictionary<string, HostTensor> inputs, int copies)
    {
        var adapted = step
            .Nodes.Where(node => node.Operation is MultiPerturbedLora)
            .ToDictionary(node => node.Outputs[0].Name, StringComparer.Ordinal);
        var states = Probe(engine, step, inputs, [.. adapted.Values.SelectMany(node => new[] { node.Outputs[0], node.Inputs[1] })]);
        var rows = inputs[ProgramNames.AnswerRows].Longs[..(inputs[ProgramNames.AnswerRows].Longs.Length / copies)];
        double[][] hidden = [.. Enumerable.Range(0, rows.Length).Select(row => Row(states["answer_hidden"], row))];
        double[][] logits = [.. hidden.Select(Logits)];
        double LossWith(double[][] moved, int row)
        {
            double[][] there = [.. logits];
            there[row] = Logits(moved[row]);
            return Loss(there, options.Loss, inputs, copies);
        }

        var error = Slopes(hidden, LossWith);

        var result = new float[options.Adapter.BCount];
        foreach (var (index, module) in options.Adapter.Modules.Index())
        {
            var layer = model.Layers[module.Layer];
            var isAttention = layer.Attention.Output.Module == module.Name;
            if (!isAttention && layer.Mlp.Down.Module != module.Name)
            {
                continue;
            }

            var norm = isAttention ? layer.AttentionPostNorm : layer.MlpPostNorm;
            var node = adapted[module.Name + ".adapted"];
            for (var row = 0; row < rows.Length; row++)
            {
                var output = Row(states[node.Outputs[0].Name], (int)rows[row]);
                var given = error[row];
                double Added(double[][] moved, int _) => given.Zip(norm is null ? moved[0] : Norm(norm, moved[0]), (e, y) => e * y).Sum();
                var delta = Slopes([output], Added)[0];
                var x = Row(states[node.Inputs[1].Name], (int)rows[row]);
                for (var r = 0; r < options.Adapter.Rank; r++)
                {
                    var a = inputs[ProgramNames.AdapterA].Floats.AsSpan(options.Adapter.AOffsets[index] + (r * x.Length), x.Length);
                    var inner = 0.0;
                    for (var i = 0; i < x.Length; i++)
                    {
                        inner += a[i] * x[i];
                    }

                    for (var o = 0; o < delta.Length; o++)
                    {
                        result[options.Adapter.BOffsets[index] + (o * options.Adapter.Rank) + r] += (float)(
                            options.Adapter.Scale * layer.ResidualScale * delta[o] * inner
                        );
                    }
                }
            }
        }

        return result;
    }

    private IReadOnlyDictionary<string, HostTensor> Probe(
        IEngine engine,
        Program step,
        Dictionary<string, HostTensor> inputs,
        IReadOnlyList<Value> wanted
    )
    {
        var hidden = step.Nodes.SelectMany(node => node.Outputs).Single(value => value.Name == "answer_hidden");
        using var session = engine.Load(new Program("probe", step.Inputs, [hidden, .. wanted.Distinct()], step.Nodes), weights);
        return session.Run(inputs);
    }

    private static double[] Row(HostTensor states, int row)
    {
        var width = states.Shape[1];
        return [.. states.Floats.AsSpan(row * width, width).ToArray().Select(value => (double)value)];
    }

    private static double[][] Slopes(double[][] at, Func<double[][], int, double> function)
    {
        double[][] moved = [.. at.Select(row => (double[])row.Clone())];
        double[][] slopes = [.. at.Select(row => new double[row.Length])];
        for (var row = 0; row < at.Length; row++)
        {
            for (var i = 0; i < at[row].Length; i++)
            {
                double At(double distance)
                {
                    moved[row][i] = at[row][i] + distance;
                    return function(moved, row);
                }

                slopes[row][i] = ((8 * (At(Step) - At(-Step))) - At(2 * Step) + At(-2 * Step)) / (12 * Step);
                moved[row][i] = at[row][i];
            }
        }

        return slopes;
    }

    private static double Loss(double[][] logits, StepLossKind form, Dictionary<string, HostTensor> inputs, int copies)
    {
        var ids = inputs[ProgramNames.CandidateIds];
        if (form == StepLossKind.Choices)
        {
            return CrossEntropy(
                [.. logits.Select((row, i) => ids.Longs.Skip(i * ids.Shape[1]).Take(ids.Shape[1]).Select(id => row[id]).ToArray())],
                inputs[ProgramNames.Labels].Longs
            );
        }

        if (form.IsTree())
        {
            double Weighted(string weights, double[] values) =>
                -inputs[weights].Floats.Take(values.Length).Zip(values).Sum(pair => pair.First * pair.Second);
            var (most, biases, right) = (ids.Shape[1], inputs[ProgramNames.CandidateBias].Floats, inputs[ProgramNames.Labels].Longs);
            var branches = Weighted(
                ProgramNames.AnswerWeights,
                [
                    .. logits.Select(
                        (row, i) =>
                        {
                            double[] own = [.. ids.Longs.Skip(i * most).Take(most).Select((id, k) => row[id] + biases[(i * most) + k])];
                            return own[right[i]] - LogSumExp(own);
                        }
                    ),
                ]
            );
            return form == StepLossKind.ChoiceBranches
                ? branches
                : branches
                    + Weighted(
                        ProgramNames.TokenWeights,
                        [.. logits.Select((row, i) => row[inputs[ProgramNames.AnswerIds].Longs[i]] - LogSumExp(row))]
                    );
        }

        double[] scores = [.. logits.Select((row, i) => row[ids.Longs[i]] - LogSumExp(row))];
        var weighted = inputs[ProgramNames.AnswerWeights];
        double Sum(int of) => scores.Select((score, i) => weighted.Floats[(of * weighted.Shape[1]) + i] * score).Sum();
        if (form == StepLossKind.Tokens)
        {
            return -Sum(0);
        }

        var labels = inputs[ProgramNames.Labels].Longs;
        var choices = weighted.Shape[0] / labels.Length;
        float[] own = form == StepLossKind.RowChoices ? inputs[ProgramNames.ChoiceBias].Floats : new float[weighted.Shape[0]];
        return CrossEntropy(
            [
                .. Enumerable
                    .Range(0, labels.Length / copies)
                    .Select(decision =>
                        Enumerable
                            .Range(0, choices)
                            .Select(choice => Sum((decision * choices) + choice) + own[(decision * choices) + choice])
                            .ToArray()
                    ),
            ],
            labels
        );
    }

    private static double CrossEntropy(double[][] scores, long[] labels) =>
        scores.Select((row, i) => LogSumExp(row) - row[labels[i]]).Average();

    private static double LogSumExp(double[] values)
    {
        var largest = values.Max();
        return largest + Math.Log(values.Sum(value => Math.Exp(value - largest)));
    }

    private double[] Logits(double[] hidden)
    {
        var states = Norm(model.FinalNorm, hidden);
        var table = Read(model.Head.Table);
        var bias = model.Head.Bias is { } b ? Read(b) : null;
        var logits = new double[table.Length / states.Length];
        for (var i = 0; i < logits.Length; i++)
        {
            double sum = bias?[i] ?? 0;
            for (var j = 0; j < states.Length; j++)
            {
                sum += table[(i * states.Length) + j] * states[j];
            }

            logits[i] = sum * model.Head.Scale;
            logits[i] = model.Head.Cap is { } cap ? cap * Math.Tanh(logits[i] / cap) : logits[i];
        }

        return logits;
    }

    private double[] Norm(NormDescription norm, double[] x)
    {
        var (scale, bias) = (Read(norm.Weight), norm.Bias is { } b ? Read(b) : null);
        var mean = norm.Kind == NormKind.Layer ? x.Average() : 0;
        var root = Math.Sqrt(x.Average(value => (value - mean) * (value - mean)) + norm.Epsilon);
        return [.. x.Select((value, i) => ((value - mean) / root * scale[i]) + (bias?[i] ?? 0))];
    }

    private float[] Read(ModelTensor tensor)
    {
        if (!_read.TryGetValue(tensor.Name, out var values))
        {
            values = new float[tensor.Shape.Aggregate(1, (product, extent) => product * extent)];
            weights.Read(tensor.Name, 0, values);
            _read.Add(tensor.Name, values);
        }

        return values;
    }
}
