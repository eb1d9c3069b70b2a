using MobiZO.Optimization;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Feeding;
using MobiZO.Programs.Ops;

namespace MobiZO.Training;

/// <summary>The extents that the step programs of a run will see: known ahead, because rows and copies are.</summary>
internal static class StepExtents
{
    /// <summary>Reads them off the examples.</summary>
    /// <param name="form">The loss.</param>
    /// <param name="examples">Every example that a step may see.</param>
    /// <param name="examplesPerStep">E.</param>
    /// <param name="lengths">The lengths that the engine wants to see.</param>
    /// <param name="plans">The copies of a step, and of whatever else asks for losses; a step may be cut into parts of them.</param>
    public static Extents Of(
        StepLossKind form,
        IReadOnlyList<PromptExample> examples,
        int examplesPerStep,
        LengthGrid lengths,
        params IReadOnlyList<CopyPlan> plans
    )
    {
        var rows = examples.Max(example => StepFeed.RowsOf(form, example));
        var answers = form.HasRowPerChoice()
            ? examples.Max(example => example.Choices.Max(choice => choice.Length))
            : examples.Max(example => StepFeed.AnswersOf(form, example));
        var rowsOfCopy = (long)examplesPerStep * rows;
        var copies = (long)plans.Max(plan => plan.Count);
        return new Extents(
            ("P", Extent.UpTo(copies)),
            ("q", Extent.OneOf(plans.Select(plan => (long)CopyInputs.DirectionsOf(plan)))),
            ("N", Extent.UpTo(copies * rowsOfCopy)),
            // An exact gradient and a guided copy alone are cut over rows, a step of copies over copies.
            (
                "F",
                plans.Any(plan => plan.Estimator == EstimatorKind.Reverse || (plan.Estimator == EstimatorKind.Guided && plan.Count == 1))
                || form == StepLossKind.RowChoices
                    ? Extent.UpTo(rowsOfCopy)
                    : Extent.OneOf(rowsOfCopy)
            ),
            ("X", Extent.UpTo(rowsOfCopy)),
            ("S", Extent.UpTo(lengths.Fit(examples.Max(example => StepFeed.TokensOf(form, example))))),
            ("T", Extent.UpTo(lengths.Fit(Math.Max(1, examples.Max(example => example.SuffixStart))))),
            ("R", Extent.UpTo(lengths.Fit(checked((int)(copies * rowsOfCopy * answers)))))
        );
    }
}
