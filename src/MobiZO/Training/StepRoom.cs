using MobiZO.Adapted;
using MobiZO.Optimization;
using MobiZO.PrefixCache;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Feeding;

namespace MobiZO.Training;

/// <summary>Refuses steps that the machine cannot hold, before anything of their size is made.</summary>
internal static class StepRoom
{
    /// <summary>Adds up what grows with the examples and queries of a step.</summary>
    /// <param name="options">The run.</param>
    /// <param name="loss">The loss of a step.</param>
    /// <param name="model">The adapted model.</param>
    /// <param name="trained">Trained values.</param>
    /// <param name="examples">Every training example.</param>
    /// <param name="gradientBytes">Bytes that a run keeps until the way back of an exact gradient; 0: there is none.</param>
    /// <param name="answerBytes">Bytes that the rows of a step hold while they are answered; 0 without a score.</param>
    /// <param name="available">Bytes of memory that the process may use.</param>
    /// <exception cref="FineTuneException">It is more than there is.</exception>
    public static void Require(
        FineTuneOptions options,
        StepLossKind loss,
        AdaptedModel model,
        int trained,
        IReadOnlyList<PromptExample> examples,
        long gradientBytes,
        long answerBytes,
        long available
    )
    {
        var plan = options.Optimizer.Plan;
        var (queries, copies) = (plan.Queries, (double)plan.Count);
        double rows = options.ExamplesInForce;
        rows *= examples.Max(example => StepFeed.RowsOf(loss, example));
        var tokens = rows * examples.Max(example => StepFeed.TokensOf(loss, example));

        // A step may be cut into runs of some copies, but a run has all examples of a copy.
        var longest = Math.Max(1, examples.Max(example => example.SuffixStart));
        var numbers = model
            .Prefix.Shape.Planes.Select(plane =>
                plane.ValuesPerToken * (plane.IsHidden ? tokens : options.ExamplesInForce * (double)longest)
            )
            .ToArray();
        var state = sizeof(float) * (double)trained * (queries + (2 * copies) + 4);
        var bytes =
            state
            + answerBytes
            + (sizeof(float) * numbers.Sum())
            + (
                gradientBytes > 0
                    ? gradientBytes
                    : MemoryEstimate.LiveActivations * sizeof(float) * tokens * model.Model.Checkpoint.Config.IntermediateSize
            );
        var isTooMany = copies * rows > int.MaxValue || numbers.Any(count => count > Array.MaxLength);
        if (isTooMany || bytes > available)
        {
            throw new FineTuneException(
                FormattableString.Invariant($"A step of {options.ExamplesInForce} examples and ")
                    + (gradientBytes > 0 ? "their exact gradient" : FormattableString.Invariant($"{queries} queries"))
                    + " needs about "
                    + FormattableString.Invariant($"{bytes / (1L << 30):0.0} GB of memory beside the model, and the machine has ")
                    + FormattableString.Invariant($"{available / (double)(1L << 30):0.0} GB")
                    + (isTooMany ? "; it also has more numbers than one array holds" : "")
                    + ". Lower FineTuneOptions.ExamplesPerStep, "
                    + (gradientBytes > 0 ? "FineTuneOptions.GradientMegabytes" : "OptimizerOptions.Queries")
                    + " or DataOptions.MaxLength.",
                FineTuneFailure.Settings
            );
        }
    }

    /// <summary>Bytes of memory that the process may use, limits of containers included.</summary>
    public static long Available => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
}
