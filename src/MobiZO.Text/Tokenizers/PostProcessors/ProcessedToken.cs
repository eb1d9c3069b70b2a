namespace MobiZO.Text.Tokenizers.PostProcessors;

/// <summary>A token on its way out. It has an id, the text or spelling it was made from, and a range in the original text.</summary>
internal readonly record struct ProcessedToken(int Id, string Text, int Start, int End);
