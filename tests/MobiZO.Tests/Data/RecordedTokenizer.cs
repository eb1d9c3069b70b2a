using MobiZO.Text.Tokenizers;

namespace MobiZO.Tests.Data;

/// <summary>Answers one question only, with the encoding that another library gave for it.</summary>
internal sealed class RecordedTokenizer(string text, bool addSpecialTokens, Encoding encoding) : ITokenizer
{
    public int VocabularySize => int.MaxValue;

    public Encoding Encode(string asked, bool addsSpecialTokens = true)
    {
        Assert.Equal(text, asked);
        Assert.Equal(addSpecialTokens, addsSpecialTokens);
        return encoding;
    }

    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = true) => throw new NotSupportedException();

    public int? TokenToId(string token) => null;

    public string? IdToToken(int id) => null;

    public bool IsSpecial(int id) => false;

    public StreamingDecoder CreateStreamingDecoder(bool skipSpecialTokens = true) => throw new NotSupportedException();
}
