namespace MobiZO.Text.Tokenizers.Decoders;

/// <summary>Writes the visible space as a space again; in the first token it is dropped when one had been added.</summary>
internal sealed class MetaspaceDecoder(string replacement, bool dropInFirst) : IDecoder
{
    public List<string> Decode(List<string> tokens)
    {
        var result = new List<string>(tokens.Count);
        foreach (string token in tokens)
        {
            result.Add(token.Replace(replacement, dropInFirst && result.Count == 0 ? "" : " ", StringComparison.Ordinal));
        }

        return result;
    }
}
