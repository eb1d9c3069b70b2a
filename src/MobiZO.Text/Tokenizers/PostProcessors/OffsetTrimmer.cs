using MobiZO.Text.Tokenizers.Alignment;

namespace MobiZO.Text.Tokenizers.PostProcessors;

/// <summary>Leaves the spaces of a byte-level token out of its range.</summary>
internal sealed class OffsetTrimmer(bool addPrefixSpace) : IPostProcessor
{
    public List<ProcessedToken> Process(List<ProcessedToken> tokens, bool addSpecialTokens)
    {
        var result = new List<ProcessedToken>(tokens.Count);
        foreach (ProcessedToken token in tokens)
        {
            result.Add(Trim(token, isFirst: result.Count == 0 || token.Start == 0));
        }

        return result;
    }

    private ProcessedToken Trim(ProcessedToken token, bool isFirst)
    {
        ReadOnlySpan<char> text = token.Text;
        int leading = 0;
        while (leading < text.Length && IsSpace(text[leading]))
        {
            leading++;
        }

        int trailing = 0;
        while (trailing < text.Length && IsSpace(text[^(trailing + 1)]))
        {
            trailing++;
        }

        if (leading + trailing == 0)
        {
            return token;
        }

        if (leading > 0 && isFirst && addPrefixSpace && token.Text[0] == ByteAlphabet.Space)
        {
            // The first space was added by the pre-tokenizer and has no range to trim. (A plain space belongs to an added token.)
            leading--;
        }

        int start = Math.Min(token.Start + leading, token.End);
        int end = trailing > 0 && token.End >= trailing ? Math.Max(token.End - trailing, start) : token.End;
        return token with { Start = start, End = end };
    }

    private static bool IsSpace(char unit) => unit == ByteAlphabet.Space || char.IsWhiteSpace(unit);
}
