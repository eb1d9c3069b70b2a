namespace MobiZO.Scoring;

/// <summary>
/// Training on a score of what the model writes, instead of a loss over given answers: every copy of a step answers the prompts greedily,
/// and the step moves towards copies whose answers score higher.
/// </summary>
public sealed record ScoreOptions
{
    /// <summary>
    /// Epsilon of a run with a score unless another than that of losses is given: answers differ only where a perturbation changes their
    /// words.
    /// </summary>
    public const float DefaultEpsilon = 0.1f;

    /// <summary>
    /// A command line for the system's shell, started once for every batch of answers. It reads one JSON object a line from its standard
    /// input (<c>prompt</c>, <c>answer</c>, <c>expected</c>), prints one number a line in the same order, higher is better, and exits with
    /// 0. Null: the score is a function that was given to <see cref="FineTuner"/>.
    /// </summary>
    public string? Command { get; init; }

    /// <summary>Most tokens of an answer.</summary>
    public int MaxAnswerTokens { get; init; } = 64;

    /// <summary>Every error in these settings; empty when they are sound.</summary>
    public IReadOnlyList<string> Validate() =>
        [
            .. Command is { } command && string.IsNullOrWhiteSpace(command)
                ? ["Score.Command: expected a command line, found nothing"]
                : Array.Empty<string>(),
            .. MaxAnswerTokens < 1
                ? [FormattableString.Invariant($"Score.MaxAnswerTokens: expected at least 1, found {MaxAnswerTokens}")]
                : Array.Empty<string>(),
        ];
}
