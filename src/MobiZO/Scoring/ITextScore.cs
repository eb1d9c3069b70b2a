namespace MobiZO.Scoring;

/// <summary>Numbers for answers, higher is better.</summary>
internal interface ITextScore
{
    /// <summary>One finite number an answer, in their order.</summary>
    /// <exception cref="FineTuneException">The score fails, or gives something else.</exception>
    double[] Score(IReadOnlyList<WrittenAnswer> answers);
}
