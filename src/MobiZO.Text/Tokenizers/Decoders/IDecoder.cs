namespace MobiZO.Text.Tokenizers.Decoders;

/// <summary>Turns the spellings of tokens into stretches of text.</summary>
internal interface IDecoder
{
    List<string> Decode(List<string> tokens);
}
