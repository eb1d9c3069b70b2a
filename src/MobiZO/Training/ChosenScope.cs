using MobiZO.Adapted;
using MobiZO.Data;
using MobiZO.Initialization;

namespace MobiZO.Training;

/// <summary>Decides which tokens carry the adapter of a run that leaves it open, and says so where it is not the cheap one.</summary>
internal static class ChosenScope
{
    /// <summary>
    /// The scope, and one sentence about it; no sentence where the user named one or it is <see cref="AdapterScope.Activated"/>.
    /// </summary>
    /// <param name="adapter">The adapter as the user described it.</param>
    /// <param name="read">The rows of the run. Those of the evaluation count too: one that ends otherwise could not be scored.</param>
    public static (AdapterScope Scope, string? Why) Of(AdapterOptions adapter, RunRows read)
    {
        if (adapter.Scope is { } scope)
        {
            return (scope, null);
        }

        // The user wants A from the last prompt tokens: that they differ is an error, which tells what to do.
        if (adapter.Initialization == AdapterInitialization.Discriminant)
        {
            return (AdapterScope.Activated, null);
        }

        EncodedExample[] rows = [.. read.Train, .. read.Eval];
        if (Array.TrueForAll(rows, row => row.PromptIds.Length == 1))
        {
            var what = Array.TrueForAll(rows, row => row.Question is null)
                ? "rows are texts without a prompt"
                : "prompts are one token long";
            return (AdapterScope.All, $"Scope all: the {what}, so every token carries the adapter.");
        }

        return FreshAdapter.FindOtherEnding(rows) is { } other
            ? (
                AdapterScope.All,
                FormattableString.Invariant($"Scope all: the prompts of {rows[0].Place} and {other.Place} end in ")
                    + "different tokens, so every token carries the adapter and prompts are computed in every step. A "
                    + "DataOptions.Template that ends in fixed words makes steps cheaper."
            )
            : (AdapterScope.Activated, null);
    }
}
