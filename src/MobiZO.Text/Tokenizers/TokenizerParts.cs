using MobiZO.Text.Tokenizers.AddedTokens;
using MobiZO.Text.Tokenizers.Decoders;
using MobiZO.Text.Tokenizers.Models;
using MobiZO.Text.Tokenizers.Normalizers;
using MobiZO.Text.Tokenizers.PostProcessors;
using MobiZO.Text.Tokenizers.PreTokenizers;

namespace MobiZO.Text.Tokenizers;

/// <summary>The parts a tokenizer is put together from.</summary>
internal sealed record TokenizerParts
{
    public required ITokenModel Model { get; init; }

    public required IReadOnlyList<AddedToken> AddedTokens { get; init; }

    public required IDecoder Decoder { get; init; }

    public INormalizer? Normalizer { get; init; }

    public IPreTokenizer? PreTokenizer { get; init; }

    public IPostProcessor? PostProcessor { get; init; }
}
