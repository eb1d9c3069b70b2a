namespace MobiZO.Text.Tokenizers.Decoders;

/// <summary>One decoder after the other.</summary>
internal sealed class DecoderSequence(IReadOnlyList<IDecoder> decoders) : IDecoder
{
    public List<string> Decode(List<string> tokens) => decoders.Aggregate(tokens, (current, decoder) => decoder.Decode(current));
}
