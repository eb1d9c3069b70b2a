using MobiZO.Checkpoints;

namespace MobiZO.Models;

/// <summary>
/// How an engine holds the weights of a checkpoint, decided where the options leave it open: what a file stores in codes stays in them.
/// Every code is carried over as it is, so that these are the weights that fp32 has and no gradients have to be compared; and what is
/// decided depends on the file alone, not on the machine.
/// </summary>
/// <param name="Format">The format.</param>
/// <param name="Why">One sentence; null: it was asked for, the checkpoint stores no codes, or the engine holds none.</param>
internal sealed record ChosenWeights(WeightFormat Format, string? Why = null)
{
    private const string Kept =
        "Weights stored: every code of the file is kept; EngineOptions.Weights = WeightFormat.Float32 is faster and takes more memory.";

    /// <summary>Decides.</summary>
    /// <param name="checkpoint">The model.</param>
    /// <param name="options">What the user asks for.</param>
    public static ChosenWeights Of(Checkpoint checkpoint, EngineOptions options)
    {
        if (options.Weights != WeightFormat.Auto)
        {
            return new ChosenWeights(options.Weights);
        }

        return QuantizedWeights.In(WeightFormat.Stored, checkpoint) is QuantizedWeights && options.Holds(WeightFormat.Stored)
            ? new ChosenWeights(WeightFormat.Stored, Kept)
            : new ChosenWeights(WeightFormat.Float32);
    }
}
