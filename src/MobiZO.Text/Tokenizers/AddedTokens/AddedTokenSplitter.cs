using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using MobiZO.Text.Tokenizers.Alignment;
using MobiZO.Text.Tokenizers.Unicode;

namespace MobiZO.Text.Tokenizers.AddedTokens;

/// <summary>Cuts added tokens out of a text: the leftmost match, the longest among those.</summary>
internal sealed class AddedTokenSplitter
{
    private readonly Dictionary<string, AddedToken>.AlternateLookup<ReadOnlySpan<char>> _tokens;
    private readonly Dictionary<char, int[]> _lengths;
    private readonly SearchValues<char> _firstUnits;

    /// <summary>Prepares the search.</summary>
    /// <param name="tokens">
    /// What to look for and the token it stands for. A normalized token is given in its normalized spelling. The first of equals counts.
    /// </param>
    public AddedTokenSplitter(IEnumerable<(string Content, AddedToken Token)> tokens)
    {
        var byContent = new Dictionary<string, AddedToken>(StringComparer.Ordinal);
        foreach ((string content, AddedToken token) in tokens.Where(entry => entry.Content.Length > 0))
        {
            byContent.TryAdd(content, token);
        }

        _tokens = byContent.GetAlternateLookup<ReadOnlySpan<char>>();
        // Longest first. There are vocabularies with thousands of tokens that begin with '<', and few lengths.
        _lengths = byContent
            .Keys.GroupBy(content => content[0])
            .ToDictionary(group => group.Key, group => group.Select(content => content.Length).Distinct().OrderDescending().ToArray());
        _firstUnits = SearchValues.Create([.. _lengths.Keys]);
    }

    public void Split(Piece piece, List<Piece> parts)
    {
        ReadOnlySpan<char> text = piece.Span;
        int covered = 0;
        int from = 0;
        while (TryFind(text, from, out int start, out int end, out AddedToken? token))
        {
            from = end;
            if (token.SingleWord && TouchesWord(text, start, end))
            {
                continue;
            }

            if (token.StripLeft)
            {
                // A token before it may have taken the space that this one begins with.
                start = start <= covered ? covered : start - TrailingSpace(text[covered..start]);
            }

            if (token.StripRight)
            {
                end += LeadingSpace(text[end..]);
            }

            if (covered < start)
            {
                parts.Add(piece.Slice(covered, start));
            }

            parts.Add(piece.Slice(start, end) with { TokenId = token.Id });
            covered = end;
        }

        if (covered < text.Length)
        {
            parts.Add(covered == 0 ? piece : piece.Slice(covered, text.Length));
        }
    }

    private bool TryFind(ReadOnlySpan<char> text, int from, out int start, out int end, [NotNullWhen(true)] out AddedToken? token)
    {
        for (start = from; start < text.Length; start++)
        {
            int found = text[start..].IndexOfAny(_firstUnits);
            if (found < 0)
            {
                break;
            }

            start += found;
            foreach (int length in _lengths[text[start]])
            {
                end = start + length;
                if (end <= text.Length && _tokens.TryGetValue(text[start..end], out token))
                {
                    return true;
                }
            }
        }

        end = -1;
        token = null;
        return false;
    }

    private static bool TouchesWord(ReadOnlySpan<char> text, int start, int end)
    {
        Rune.DecodeLastFromUtf16(text[..start], out Rune before, out _);
        return (start > 0 && UnicodeClass.IsWord(before)) || (end < text.Length && UnicodeClass.IsWord(UnicodeClass.At(text, end, out _)));
    }

    // All whitespace lies in the basic plane: one code unit each.
    private static int TrailingSpace(ReadOnlySpan<char> text) => text.Length - text.TrimEnd().Length;

    private static int LeadingSpace(ReadOnlySpan<char> text) => text.Length - text.TrimStart().Length;
}
