using MobiZO.Models;
using MobiZO.Optimization;
using MobiZO.PrefixCache;
using MobiZO.Programs.Assembling;

namespace MobiZO.Training;

/// <summary>A rough sum of what a run will hold in memory, told before it starts; the measured peak is in the report.</summary>
internal static class MemoryEstimate
{
    // The runtime, the libraries and the tokenizer, measured with a tiny model.
    private const long Base = 160L << 20;

    /// <summary>
    /// Hidden states alive at once in a run, in multiples of its widest layer: the gated MLP holds gate, up and their product.
    /// </summary>
    public const int LiveActivations = 6;

    // The managed heap grows by more than what lives in it: measured with 0.5 to 1 GB of cached prompts.
    private const double HeapSlack = 1.25;

    /// <summary>The trained state, the noise and the perturbed copies.</summary>
    public static long StateBytes(long trainable, OptimizerOptions optimizer)
    {
        var plan = optimizer.Plan;
        return sizeof(float) * trainable * (plan.Queries + (2L * plan.Count) + 4);
    }

    /// <summary>
    /// The stored prompts that are held in memory (a file is mapped only where it is used), and the joined fp32 prompts of the largest
    /// batch.
    /// </summary>
    /// <param name="stored">Bytes of all stored numbers.</param>
    /// <param name="valuesPerToken">Numbers of one token.</param>
    /// <param name="options">The run.</param>
    /// <param name="longest">Tokens of the longest row.</param>
    public static long PrefixBytes(long stored, int valuesPerToken, FineTuneOptions options, int longest)
    {
        var kept = options.PrefixCacheFile ? 0 : Math.Min(stored, (long)options.PrefixCacheMegabytes << 20);
        return kept
            + (sizeof(float) * (long)valuesPerToken * Math.Max(options.TokensPerRunInForce, (long)options.ExamplesInForce * longest));
    }

    /// <summary>Weights, activations and state.</summary>
    /// <param name="model">The model and its engine.</param>
    /// <param name="options">The run.</param>
    /// <param name="state">The <see cref="StateBytes"/>.</param>
    /// <param name="prompt">What programs are given of prompts; except for tokens it is computed ahead.</param>
    public static long Of(LocalModel model, FineTuneOptions options, long state, PrefixKind prompt)
    {
        var (weights, config) = (model.Engine.MemoryOf(model.Checkpoint), model.Checkpoint.Config);

        // Prompts are computed before the first step, in runs side by side.
        var promptTokens =
            prompt == PrefixKind.Tokens
                ? 0
                : (long)model.Engine.WidthOf(options.Engine.PrefixStyle)
                    * Math.Min(PrefixComputer.MostTokensSideBySide, options.TokensPerRunInForce);
        var activations = Math.Max(options.TokensPerRunInForce, promptTokens) * config.IntermediateSize * sizeof(float) * LiveActivations;

        // The weight file is mapped and its pages can be dropped at any time, but they count as resident once they were read for packing.
        return Base + weights.MappedBytes + weights.PackedBytes + activations + (long)(state * HeapSlack);
    }
}
