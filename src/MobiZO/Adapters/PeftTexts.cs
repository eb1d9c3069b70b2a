namespace MobiZO.Adapters;

/// <summary>A value of an <c>adapter_config.json</c> that is one text or a list of names.</summary>
/// <param name="Text">The text; null for a list.</param>
/// <param name="Names">The list; empty for a text.</param>
internal sealed record PeftTexts(string? Text, IReadOnlyList<string> Names);
