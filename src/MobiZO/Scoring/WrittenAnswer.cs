using System.Text.Json.Serialization;

namespace MobiZO.Scoring;

/// <summary>What a copy of the model wrote, for a score.</summary>
/// <param name="Prompt">The prompt as the model read it, without special tokens.</param>
/// <param name="Answer">
/// The greedy continuation, up to an end-of-sequence token, the text behind answers (<see cref="Data.DataOptions.AnswerSuffix"/>) or the
/// most tokens that were asked for.
/// </param>
/// <param name="Expected">The answer that the row holds, without the text behind answers; a score may use it or not.</param>
public sealed record WrittenAnswer(string Prompt, string Answer, string Expected)
{
    /// <summary>Texts that are right as well; empty: there are none. A command of a score is not told of them.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Others { get; init; } = [];
}
