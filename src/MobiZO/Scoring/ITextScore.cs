namespace MobiZO.Scoring;

/// <summary>Numbers for answers, higher is better.</summary>
internal interface ITextScore
{
    /// <summary>One number an answer that single precision can hold, in their order.</summary>
    /// <param name="answers">The answers.</param>
    /// <param name="cancellation">Ends a score that takes long.</param>
    /// <exception cref="FineTuneException">The score fails, or gives something else.</exception>
    double[] Score(IReadOnlyList<WrittenAnswer> answers, CancellationToken cancellation);
}
