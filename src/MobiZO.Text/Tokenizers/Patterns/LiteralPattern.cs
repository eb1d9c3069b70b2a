namespace MobiZO.Text.Tokenizers.Patterns;

/// <summary>Matches one string; the empty string matches nowhere.</summary>
internal sealed class LiteralPattern(string literal) : ITextPattern
{
    public (int Start, int End) Find(ReadOnlySpan<char> text, int from)
    {
        int found = literal.Length == 0 ? -1 : text[from..].IndexOf(literal, StringComparison.Ordinal);
        return found < 0 ? (-1, -1) : (from + found, from + found + literal.Length);
    }
}
