namespace MobiZO.Programs.Feeding;

/// <summary>One tokenised example as programs see it.</summary>
/// <param name="Prompt">Token ids of the prompt; at least one.</param>
/// <param name="SuffixStart">First prompt token that the rows hold; the tokens before it come from a cache. 0: the rows hold all. At most
/// Prompt.Length - 1.</param>
/// <param name="Answer">Token ids of a free answer; empty for a choice.</param>
/// <param name="Choices">Token ids of every choice; empty for a free answer.</param>
/// <param name="Label">Index of the right choice.</param>
public sealed record PromptExample(int[] Prompt, int SuffixStart, int[] Answer, int[][] Choices, int Label);
