using System.Globalization;
using MobiZO.Adapters;
using MobiZO.Data;
using MobiZO.Models;

namespace MobiZO.Adapted;

/// <summary>Makes the adapter that a run starts with.</summary>
internal static class FreshAdapter
{
    /// <summary>An adapter on the chosen modules that changes no logit: A drawn from the seed, B zero.</summary>
    /// <param name="model">The base model.</param>
    /// <param name="options">Which modules, and how many values.</param>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="rows">The training rows; their last tokens invoke an adapter of scope activated.</param>
    /// <exception cref="FineTuneException">The targets match nothing, or the prompts of scope activated do not end alike.</exception>
    public static LoraAdapter Create(LocalModel model, DecidedAdapter options, ulong seed, IReadOnlyList<EncodedExample> rows)
    {
        var modules = model.Assembler.LinearModules.ToDictionary(module => module.Name, StringComparer.Ordinal);
        var match = AdapterLayouts.TargetsOf(model, options);
        var chosen = match.Modules.Select(name => (name, modules[name].InputSize, modules[name].OutputSize));
        return LoraAdapter.CreateFresh(chosen, options.Rank, (float)options.Alpha, seed) with
        {
            TargetModules = match.TargetModules,
            LayersToTransform = match.LayersToTransform,
            IsFanInFanOut = match.Modules.Any(name => modules[name].IsStoredTransposed),
            BaseModel = Path.GetFullPath(model.Checkpoint.Path),
            InvocationTokens = options.Scope == AdapterScope.Activated ? InvocationTokens(rows) : [],
        };
    }

    /// <summary>A row whose prompt ends in other invocation tokens than that of the first; null: all end alike.</summary>
    public static EncodedExample? FindOtherEnding(IReadOnlyList<EncodedExample> rows)
    {
        var first = rows[0].PromptIds.AsMemory(rows[0].InvocationStart);
        return rows.FirstOrDefault(row => !row.PromptIds.AsSpan(row.InvocationStart).SequenceEqual(first.Span));
    }

    private static int[] InvocationTokens(IReadOnlyList<EncodedExample> rows)
    {
        var different = FindOtherEnding(rows);
        return different is null
            ? rows[0].PromptIds[rows[0].InvocationStart..]
            : throw new FineTuneException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"AdapterScope.Activated starts at the same tokens in every prompt; lines {rows[0].LineNumber} and "
                        + $"{different.LineNumber} end differently. "
                )
                    + "End DataOptions.Template with fixed words (e.g. \"{text}\\nAnswer:\"), name them with "
                    + "DataOptions.InvocationText, or set AdapterOptions.Scope to All.",
                FineTuneFailure.Settings
            );
    }
}
