using MobiZO.Checkpoints;
using MobiZO.Checkpoints.WeightFiles;

namespace MobiZO.Models;

/// <summary>
/// How an engine holds the weights of a checkpoint, decided where the options leave it open. Fp32 is faster and the codes of a file are
/// smaller; both are the same weights, because codes are carried over as they are, so that no gradients have to be compared.
/// </summary>
/// <param name="Format">The format.</param>
/// <param name="Why">One sentence; null: it was asked for, or the checkpoint stores no codes.</param>
internal sealed record ChosenWeights(WeightFormat Format, string? Why = null)
{
    private const double Gigabyte = 1L << 30;

    /// <summary>Decides.</summary>
    /// <param name="checkpoint">The model.</param>
    /// <param name="options">What the user asks for.</param>
    /// <param name="room">What there is.</param>
    public static ChosenWeights Of(Checkpoint checkpoint, EngineOptions options, WeightsRoom room)
    {
        if (options.Weights != WeightFormat.Auto)
        {
            return new ChosenWeights(options.Weights);
        }

        if (QuantizedWeights.In(WeightFormat.Stored, checkpoint) is not QuantizedWeights || !options.Holds(WeightFormat.Stored))
        {
            return new ChosenWeights(WeightFormat.Float32);
        }

        // Engines map the file of converted weights, and repack it for speed: twice the size where nothing is left in the file.
        var file = sizeof(float) * ModelFacts.ParametersOf(checkpoint);
        var why =
            options.LowMemory ? "little memory is asked for"
            : 2 * file > room.Memory / 2
                ? FormattableString.Invariant($"as fp32 they would take {Size(2 * file)}, more than half of {Size(room.Memory)} of memory")
            : room.Disk is { } free && file > free / 2 && !WeightFile.IsIn(options.CacheFolderInForce, checkpoint)
                ? FormattableString.Invariant($"as fp32 they would take {Size(file)}, more than half of {Size(free)} that are free in ")
                    + $"'{options.CacheFolderInForce}'"
            : null;
        return why is null
            ? new ChosenWeights(
                WeightFormat.Float32,
                "Weights fp32: there is room, and it is faster; EngineOptions.Weights = WeightFormat.Stored takes less memory."
            )
            : new ChosenWeights(WeightFormat.Stored, $"Weights as the file stores them, every code kept: {why}.");
    }

    private static string Size(long bytes) => FormattableString.Invariant($"{bytes / Gigabyte:0.0} GB");
}
