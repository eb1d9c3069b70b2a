using System.Numerics.Tensors;
using MobiZO.Checkpoints;
using MobiZO.Programs.Building;

namespace MobiZO.ExecuTorch.Lowering;

/// <summary>
/// A matrix [rows, width] as signed bytes with one fp32 scale a row, -127 to 127, rounded to nearest: the form that XNNPACK multiplies with
/// fp32 activations.
/// </summary>
internal static class RowBytes
{
    private const float Most = sbyte.MaxValue;

    /// <summary>Ends the name of a matrix in this form.</summary>
    public const string Suffix = ".int8";

    /// <summary>Ends the name of its scales.</summary>
    public const string ScalesSuffix = ".int8.scales";

    /// <summary>Whether a weight is held so: a matrix; biases stay fp32.</summary>
    public static bool Fit(Weight weight) => weight.Shape.Count == 2;

    /// <summary>Reads a matrix.</summary>
    /// <param name="source">The checkpoint.</param>
    /// <param name="weight">The matrix.</param>
    /// <param name="codes">Filled with rows * width bytes.</param>
    /// <param name="scales">Filled with a scale a row.</param>
    public static void Read(IWeightSource source, Weight weight, Span<sbyte> codes, Span<float> scales)
    {
        var width = weight.Shape[1];
        var row = new float[width];
        for (var index = 0; index < weight.Shape[0]; index++)
        {
            source.Read(weight.Name, (long)index * width, row);
            var largest = TensorPrimitives.MaxMagnitude<float>(row);
            var scale = Math.Abs(largest) / Most;
            scales[index] = scale;
            var target = codes.Slice(index * width, width);
            if (scale == 0)
            {
                target.Clear();
                continue;
            }

            for (var i = 0; i < width; i++)
            {
                target[i] = (sbyte)MathF.Round(row[i] / scale, MidpointRounding.ToEven);
            }
        }
    }
}
