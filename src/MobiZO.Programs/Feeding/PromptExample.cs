namespace MobiZO.Programs.Feeding;

/// <summary>One tokenised example as programs see it.</summary>
/// <param name="Prompt">Token ids of the prompt; at least one.</param>
/// <param name="SuffixStart">First prompt token that the rows hold; the tokens before it come from a cache. 0: the rows hold all. At most
/// Prompt.Length - 1.</param>
/// <param name="Answer">Token ids of a free answer; empty for a choice.</param>
/// <param name="Choices">Token ids of every choice; empty for a free answer.</param>
/// <param name="Label">Index of the right choice.</param>
public sealed record PromptExample(int[] Prompt, int SuffixStart, int[] Answer, int[][] Choices, int Label)
{
    /// <summary>
    /// What a token of each choice weighs in the score of that choice; null: the score is the mean over its tokens. Only of choices that
    /// are rows of their own.
    /// </summary>
    public IReadOnlyList<float>? TokenWeights { get; init; }

    /// <summary>
    /// Ways through the tree of the choices, for losses over its branches: one for a step, several to score every choice. Examples of one
    /// batch have as many. Empty for other losses.
    /// </summary>
    public IReadOnlyList<ChoiceRow> Rows { get; init; } = [];

    /// <summary>Share of the token loss beside that of the branches, 0 to 1.</summary>
    public float TokenShare { get; init; }
}
