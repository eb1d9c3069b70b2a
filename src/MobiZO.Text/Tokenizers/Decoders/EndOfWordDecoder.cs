namespace MobiZO.Text.Tokenizers.Decoders;

/// <summary>Writes the end-of-word suffix as a space, and as nothing in the last token.</summary>
internal sealed class EndOfWordDecoder(string suffix) : IDecoder
{
    public List<string> Decode(List<string> tokens)
    {
        var result = new List<string>(tokens.Count);
        foreach (string token in tokens)
        {
            string space = result.Count == tokens.Count - 1 ? "" : " ";
            result.Add(suffix.Length == 0 ? token : token.Replace(suffix, space, StringComparison.Ordinal));
        }

        return result;
    }
}
