namespace MobiZO.Text.Tokenizers.Decoders;

/// <summary>What a file without a decoder means: tokens with spaces between them.</summary>
internal sealed class SpaceJoinDecoder : IDecoder
{
    public List<string> Decode(List<string> tokens) => [string.Join(' ', tokens)];
}
