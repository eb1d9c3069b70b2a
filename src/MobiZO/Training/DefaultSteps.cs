using MobiZO.Programs.Ops;

namespace MobiZO.Training;

/// <summary>How many steps a run takes that leaves it open, of how many rows, and when it stops before.</summary>
internal static class DefaultSteps
{
    // Measured on chats in a made-up voice: the voice is there after two rounds, and later ones learn the rows by heart.
    private const double FreeTextEpochs = 3;
    private const int FewestOfFreeText = 12;

    // A few labels are told apart by some hundred rows whatever the file holds; of many labels every row is needed, and more than once.
    private const int FewLabels = 4;
    private const double ManyLabelEpochs = 8;
    private const int Most = 1000;
    private const int UsualPatience = 3;

    // Of a few dozen rows many small steps learn more than few large ones, in the same time.
    private const int ExactRows = 8;

    /// <summary>Rows of a step; at most those that there are.</summary>
    /// <param name="rows">Training rows.</param>
    /// <param name="options">The run.</param>
    /// <param name="isFreeText">Whether the answers are free; else they are label words or scored.</param>
    public static int ExamplesOf(int rows, FineTuneOptions options, bool isFreeText) =>
        Math.Min(isFreeText && options.Optimizer.Estimator == EstimatorKind.Reverse ? ExactRows : options.ExamplesInForce, rows);

    /// <summary>The steps that were asked for, or those of the passes over the rows that were, or that the rows need.</summary>
    /// <param name="options">The run.</param>
    /// <param name="rows">Its training rows, as often as one pass draws them.</param>
    /// <param name="labels">Its label words; 0: none.</param>
    /// <param name="examplesPerStep">Rows of a step.</param>
    /// <param name="isFreeText">Whether the answers are free; else they are label words or scored.</param>
    public static int Of(FineTuneOptions options, int rows, int labels, int examplesPerStep, bool isFreeText)
    {
        if (options.Steps is { } given)
        {
            return given;
        }

        if (options.Epochs is { } epochs)
        {
            return (int)Math.Clamp(StepsOf(epochs, rows, examplesPerStep), 1, int.MaxValue);
        }

        if (isFreeText)
        {
            return (int)Math.Clamp(StepsOf(FreeTextEpochs, rows, examplesPerStep), FewestOfFreeText, Most);
        }

        var ofMany = labels > FewLabels ? StepsOf(ManyLabelEpochs, rows, examplesPerStep) : 0;
        return (int)Math.Clamp(ofMany, FineTuneOptions.UsualSteps, Most);
    }

    /// <summary>Evaluations without improvement after which a run of many labels stops that leaves its steps open; else 0: never.</summary>
    public static int PatienceOf(FineTuneOptions options, int labels, int steps) =>
        options is { Steps: null, Epochs: null } && labels > FewLabels && steps > FineTuneOptions.UsualSteps ? UsualPatience : 0;

    private static long StepsOf(double epochs, int rows, int examplesPerStep) => (long)Math.Ceiling(epochs * rows / examplesPerStep);
}
