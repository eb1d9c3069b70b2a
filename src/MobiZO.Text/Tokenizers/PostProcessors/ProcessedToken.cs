namespace MobiZO.Text.Tokenizers.PostProcessors;

/// <summary>A token on its way out: its id, the text or spelling it was made from, and its range in the original text.</summary>
internal readonly record struct ProcessedToken(int Id, string Text, int Start, int End);
