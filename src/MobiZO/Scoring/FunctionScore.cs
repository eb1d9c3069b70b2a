namespace MobiZO.Scoring;

/// <summary>A score that the program of the user computes.</summary>
/// <param name="function">One answer to a number.</param>
internal sealed class FunctionScore(Func<WrittenAnswer, double> function) : ITextScore
{
    public double[] Score(IReadOnlyList<WrittenAnswer> answers, CancellationToken cancellation) =>
        [.. answers.Select(answer => Of(answer, cancellation))];

    private double Of(WrittenAnswer answer, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        double score;
        try
        {
            score = function(answer);
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            throw new FineTuneException(
                $"The score of the answer '{ScoreCommand.Short(answer.Answer)}' failed with {error.GetType().Name}: {error.Message}",
                FineTuneFailure.Training
            );
        }

        return float.IsFinite((float)score)
            ? score
            : throw new FineTuneException(
                FormattableString.Invariant($"The score of the answer '{ScoreCommand.Short(answer.Answer)}' is {score}. ")
                    + "Give every answer a finite number, also an empty one.",
                FineTuneFailure.Training
            );
    }
}
