using MobiZO.Programs.Ops;

namespace MobiZO.Training;

/// <summary>How many steps a run takes that leaves it open, and of how many rows.</summary>
internal static class DefaultSteps
{
    // Measured on chats in a made-up voice: the voice is there after two rounds, and later ones learn the rows by heart.
    private const int Rounds = 3;
    private const int Fewest = 12;
    private const int Most = 1000;

    // Of a few dozen rows many small steps learn more than few large ones, in the same time.
    private const int ExactRows = 8;

    /// <summary>Rows of a step; at most those that there are.</summary>
    /// <param name="rows">Training rows.</param>
    /// <param name="options">The run.</param>
    /// <param name="isFreeText">Whether the answers are free; else they are label words or scored.</param>
    public static int ExamplesOf(int rows, FineTuneOptions options, bool isFreeText) =>
        Math.Min(isFreeText && options.Optimizer.Estimator == EstimatorKind.Reverse ? ExactRows : options.ExamplesInForce, rows);

    /// <summary>The steps: for free text three rounds over the rows, within bounds.</summary>
    /// <param name="rows">Training rows.</param>
    /// <param name="examplesPerStep">Rows of a step.</param>
    /// <param name="isFreeText">Whether the answers are free; else they are label words or scored.</param>
    public static int Of(int rows, int examplesPerStep, bool isFreeText)
    {
        if (!isFreeText)
        {
            return FineTuneOptions.LabelSteps;
        }

        var steps = ((Rounds * (long)rows) + examplesPerStep - 1) / examplesPerStep;
        return (int)Math.Clamp(steps, Fewest, Most);
    }
}
