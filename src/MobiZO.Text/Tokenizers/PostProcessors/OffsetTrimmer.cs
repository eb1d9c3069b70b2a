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
        int leading = token.Text.TakeWhile(IsSpace).Count();
        int trailing = token.Text.Reverse().TakeWhile(IsSpace).Count();
        if (leading > 0 && isFirst && addPrefixSpace)
        {
            // The first space was added by the pre-tokenizer and has no range to trim.
            leading--;
        }

        int start = Math.Min(token.Start + leading, token.End);
        int end = trailing > 0 && token.End >= trailing ? Math.Max(token.End - trailing, start) : token.End;
        return token with { Start = start, End = end };
    }

    private static bool IsSpace(char unit) => unit == ByteAlphabet.Space || char.IsWhiteSpace(unit);
}
