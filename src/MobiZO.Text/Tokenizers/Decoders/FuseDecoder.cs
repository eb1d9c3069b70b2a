namespace MobiZO.Text.Tokenizers.Decoders;

/// <summary>Makes one stretch of all.</summary>
internal sealed class FuseDecoder : IDecoder
{
    public List<string> Decode(List<string> tokens) => [string.Concat(tokens)];
}
