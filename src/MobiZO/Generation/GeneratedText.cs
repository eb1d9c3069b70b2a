namespace MobiZO.Generation;

/// <summary>A generated continuation.</summary>
/// <param name="Text">What was written after the prompt, without the stop text.</param>
/// <param name="TokenIds">The generated tokens, without the one that ends a sequence; with those of a stop text.</param>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="AdapterStart">First prompt token that carried the adapter; null when none did.</param>
/// <param name="End">Why it ends.</param>
public sealed record GeneratedText(string Text, IReadOnlyList<int> TokenIds, int PromptTokens, int? AdapterStart, GenerationEnd End);
