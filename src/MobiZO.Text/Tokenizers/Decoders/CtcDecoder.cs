namespace MobiZO.Text.Tokenizers.Decoders;

/// <summary>Reads the output of speech models: repeated tokens count once, and padding parts them.</summary>
/// <param name="padding">The padding token; it is cut out of every token.</param>
/// <param name="delimiter">What stands for a space.</param>
/// <param name="cleanUp">Whether the delimiter becomes a space and spaces before punctuation are taken away.</param>
internal sealed class CtcDecoder(string padding, string delimiter, bool cleanUp) : IDecoder
{
    public List<string> Decode(List<string> tokens)
    {
        var result = new List<string>(tokens.Count);
        string? last = null;
        foreach (string token in tokens)
        {
            if (token == last)
            {
                continue;
            }

            last = token;
            string text = token.Replace(padding, "", StringComparison.Ordinal);
            text = cleanUp ? WordPieceDecoder.CleanUp(text).Replace(delimiter, " ", StringComparison.Ordinal) : text;
            if (text.Length > 0)
            {
                result.Add(text);
            }
        }

        return result;
    }
}
