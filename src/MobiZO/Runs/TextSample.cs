namespace MobiZO.Runs;

/// <summary>What the model wrote to one prompt in the course of a run; always the most probable tokens.</summary>
/// <param name="Prompt">The prompt: of a conversation the last message before the answer.</param>
/// <param name="Expected">The answer that the row holds.</param>
/// <param name="IsHeldOut">Whether the row is one of the evaluation; else it was trained on.</param>
/// <param name="Texts">What was written, by step.</param>
public sealed record TextSample(string Prompt, string Expected, bool IsHeldOut, IReadOnlyList<SampleText> Texts);

/// <summary>A text of a sample.</summary>
/// <param name="Step">Steps taken before it.</param>
/// <param name="Text">The text, up to its end or the most tokens that were asked for.</param>
/// <param name="Repeats">Whether it goes round in circles: the same eight tokens stand in it three times or more.</param>
public sealed record SampleText(long Step, string Text, bool Repeats);
