using MobiZO.Adapters;
using MobiZO.Checkpoints.Architecture;
using MobiZO.Programs.Ops;

namespace MobiZO.Training;

/// <summary>
/// What the steps of a run move. A broadcast direction is zero for every module that does not write to the residual stream, so that guided
/// steps without random directions leave those as they were.
/// </summary>
/// <param name="Modules">Modules that move.</param>
/// <param name="Values">Their trained values.</param>
internal sealed record GuidedReach(int Modules, long Values)
{
    /// <summary>What a run moves of an adapter, and what to warn of; null: nothing.</summary>
    /// <param name="options">The run, its estimator chosen.</param>
    /// <param name="adapter">The adapter.</param>
    /// <param name="model">The base model.</param>
    /// <exception cref="FineTuneException">Nothing would move.</exception>
    public static (GuidedReach Reach, string? Warning) Of(FineTuneOptions options, LoraAdapter adapter, ModelDescription model)
    {
        var whole = new GuidedReach(adapter.Modules.Count, ValuesOf(adapter.Modules));
        if (options.Optimizer.Estimator != EstimatorKind.Guided)
        {
            return (whole, null);
        }

        var names = model.Layers.SelectMany(layer => layer.StreamWriters).Select(linear => linear.Module).ToHashSet(StringComparer.Ordinal);
        LoraModule[] still = [.. adapter.Modules.Where(module => !names.Contains(module.Name))];
        if (still.Length == 0)
        {
            return (whole, null);
        }

        var (absent, writers) = (Endings(still.Select(module => module.Name)), Endings(names));
        var verb = absent.Contains(',', StringComparison.Ordinal) ? "do" : "does";
        var reason = $"the broadcast direction moves modules that write to the residual stream ({writers}), and {absent} {verb} not";
        if (options.Optimizer.Plan.Queries > 0)
        {
            return (whole, $"Estimator guided: {reason}: these follow the random directions of OptimizerOptions.Queries alone.");
        }

        var reach = new GuidedReach(whole.Modules - still.Length, whole.Values - ValuesOf(still));
        return reach.Modules > 0
            ? (
                reach,
                $"Estimator guided: {reason}: these stay as they are. "
                    + FormattableString.Invariant($"Trained are {reach.Values} of {whole.Values} values, ")
                    + FormattableString.Invariant($"in {reach.Modules} of {whole.Modules} modules. ")
                    + "Give OptimizerOptions.Queries to move all of them, or leave those out of AdapterOptions.TargetModules."
            )
            : throw new FineTuneException(
                $"OptimizerOptions.Estimator {EstimatorKind.Guided} would train nothing: {reason}. Set AdapterOptions.TargetModules to "
                    + $"modules of which some write to the stream (such as {writers}), give OptimizerOptions.Queries (random directions "
                    + "move every module), or choose another OptimizerOptions.Estimator.",
                FineTuneFailure.Settings
            );
    }

    private static long ValuesOf(IEnumerable<LoraModule> modules) => modules.Sum(module => module.B.LongLength);

    private static string Endings(IEnumerable<string> modules) => string.Join(", ", modules.Select(ModuleNames.LastPart).Distinct());
}
