using MobiZO.Text.Tokenizers;

namespace MobiZO.Tests.Data;

/// <summary>A tokenizer that cannot tell upper from lower case: one token a character.</summary>
internal sealed class LowerCaseTokenizer : ITokenizer
{
    private readonly GreedyTokenizer _characters = new();

    public int VocabularySize => _characters.VocabularySize;

    public Encoding Encode(string text, bool addSpecialTokens = true) => _characters.Encode(text.ToLowerInvariant(), addSpecialTokens);

    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = true) => _characters.Decode(ids, skipSpecialTokens);

    public int? TokenToId(string token) => _characters.TokenToId(token);

    public string? IdToToken(int id) => _characters.IdToToken(id);

    public bool IsSpecial(int id) => _characters.IsSpecial(id);

    public StreamingDecoder CreateStreamingDecoder(bool skipSpecialTokens = true) => throw new NotSupportedException();
}
