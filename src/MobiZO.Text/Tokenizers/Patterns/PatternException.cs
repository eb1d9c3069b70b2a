namespace MobiZO.Text.Tokenizers.Patterns;

/// <summary>A regular expression that cannot be used; the loader adds the expression, the file and the key.</summary>
internal sealed class PatternException(string message) : Exception(message);
