using MobiZO.Optimization;
using MobiZO.Programs.Ops;

namespace MobiZO.Journal;

/// <summary>Lines of estimators that took other steps in earlier versions: they are whole, and mean nothing now.</summary>
internal static class FormerSteps
{
    /// <summary>What was found in a line whose losses are not those of a plan; null: nothing that is known.</summary>
    public static string? Found(JournalEntry entry, CopyPlan plan) =>
        plan.Estimator == EstimatorKind.Guided && entry.Losses.Count > plan.Count
            ? $"{entry.Losses.Count}, as guided steps had them that tried several distances along a direction; this version tries none, so "
                + "that the run cannot go on or be replayed. Its adapters are as good as before: a new run goes on from one with "
                + "AdapterOptions.StartFrom"
            : null;
}
