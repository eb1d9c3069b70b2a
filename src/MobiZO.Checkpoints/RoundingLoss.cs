using System.Globalization;

namespace MobiZO.Checkpoints;

/// <summary>How much is lost where stored codes are rounded to fewer bits.</summary>
internal static class RoundingLoss
{
    // As many weights of each matrix are looked at; they come from its first rows.
    private const int Sample = 1 << 16;

    /// <summary>What to tell a user; null when every stored code is kept.</summary>
    public static string? Sentence(QuantizedWeights quantized)
    {
        if (quantized.RoundedAgain is not { Count: > 0 } names)
        {
            return null;
        }

        // Levels of NormalFloat are not evenly spaced: no codes of a file are among them, however few bits they have.
        var why =
            quantized.Format == WeightFormat.Nf4
                ? "are stored in codes, which are no levels of NormalFloat, and are rounded again"
                : "are stored in codes of more bits and are rounded again";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{WeightFormats.NameOf(quantized.Format)} weights: {names.Count} matrices {why}, which moves their weights by "
                + $"{Of(quantized, names):P1} (root mean square, of a sample). "
                + $"EngineOptions.Weights = WeightFormat.Stored keeps every stored code."
        );
    }

    /// <summary>
    /// Root mean square of the differences over that of the weights. Matrices are sampled from their first weight on.
    /// </summary>
    public static double Of(QuantizedWeights quantized, IEnumerable<string> names)
    {
        var (difference, size) = (0.0, 0.0);
        var (stored, rounded) = (new float[Sample], new float[Sample]);
        foreach (string name in names)
        {
            long weights = quantized.FindShape(name)!.Aggregate(1L, (product, extent) => product * extent);
            int count = (int)Math.Min(Sample, weights);
            quantized.Stored.Read(name, 0, stored.AsSpan(0, count));
            quantized.Read(name, 0, rounded.AsSpan(0, count));
            for (int i = 0; i < count; i++)
            {
                difference += Math.Pow((double)stored[i] - rounded[i], 2);
                size += (double)stored[i] * stored[i];
            }
        }

        return size == 0 ? 0 : Math.Sqrt(difference / size);
    }
}
