namespace MobiZO.Text.Tokenizers.Patterns;

/// <summary>Something that finds matches in a text.</summary>
internal interface ITextPattern
{
    /// <summary>The next match at or after <paramref name="from"/>, or (-1, -1).</summary>
    (int Start, int End) Find(ReadOnlySpan<char> text, int from);
}
