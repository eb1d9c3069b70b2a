using MobiZO.Text.Tests.Tokenizers.Fixtures;
using MobiZO.Text.Tokenizers.Gguf;

namespace MobiZO.Text.Tests.Tokenizers.Gguf;

/// <summary>Vocabularies of the kind "gpt2" by the name of their pre-tokenizer.</summary>
public sealed class PreTokenizerNameTests
{
    public static TheoryData<string> Names => [.. GgufPreTokenizers.All.Order(StringComparer.Ordinal)];

    /// <summary>The names whose tokenizer.json has the same expressions, against the vectors of the Hugging Face library.</summary>
    [Theory]
    [InlineData("bytelevel-gpt2-trim-offsets", "gpt-2")]
    [InlineData("bytelevel-cl100k-ignore-merges", "llama-bpe")]
    [InlineData("bytelevel-cl100k-no-ignore-merges", "dbrx")]
    [InlineData("bytelevel-deepseek-style", "deepseek-v3")]
    public void Encodes_like_the_tokenizer_json(string name, string pre)
    {
        string path = Path.Combine("synthetic", name);
        ITokenizer tokenizer = Tokenizer.FromGguf(JsonVocabulary.ByteLevel(Suite.TokenizerPath(path), pre));
        List<Vector> vectors = [.. Suite.Read(path, "cases").Where(vector => !vector.Flag("add_special_tokens") && !vector.Has("pair"))];
        Assert.True(vectors.Count > 30);
        Vector.CheckAll(
            vectors,
            vector =>
                Vector.Difference("ids", vector.Ids(), tokenizer.Encode(vector.Text("text"), addSpecialTokens: false).Ids)
                ?? VectorChecks.Decoding(tokenizer, vector)
        );
    }

    /// <summary>Every name makes a tokenizer that loses nothing.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Every_known_name_keeps_the_whole_text(string pre)
    {
        ITokenizer tokenizer = Tokenizer.FromGguf(JsonVocabulary.ByteLevel(Suite.TokenizerPath("nano"), pre));
        string text = string.Concat(Suite.Read("nano", "cases").Take(60).Select(vector => vector.Text("text"))).Normalize();
        text = string.Concat(text.Where(unit => unit < 0x250));
        Encoding encoding = tokenizer.Encode(text, addSpecialTokens: false);
        Assert.Equal(text, tokenizer.Decode(encoding.Ids, skipSpecialTokens: false));
        Assert.Equal(0, encoding.Offsets[0].Start);
        Assert.Equal(text.Length, encoding.Offsets[^1].End);
    }

    /// <summary>What tells the expressions of the names apart.</summary>
    [Theory]
    [InlineData("gpt-2", "12345", 1)]
    [InlineData("smollm", "12345", 5)]
    [InlineData("llama-bpe", "12345", 2)]
    [InlineData("qwen2", "12345", 5)]
    [InlineData("superbpe", "12345", 2)]
    [InlineData("tiny_aya", "12345", 2)]
    [InlineData("gpt-2", "xYz", 1)]
    [InlineData("tekken", "xYz", 2)]
    [InlineData("gpt-4o", "don'tYou", 2)]
    [InlineData("llama-bpe", "-x", 1)]
    [InlineData("gpt-2", "-x", 2)]
    [InlineData("deepseek-v3", "-x", 1)]
    [InlineData("deepseek-v3", "a\u4E2D\u3042b", 3)]
    [InlineData("llama-bpe", "a\u4E2D\u3042b", 1)]
    [InlineData("falcon", "a`b", 3)]
    [InlineData("bloom", "a-b.c", 3)]
    [InlineData("seed-coder", "!!\n", 2)]
    [InlineData("qwen2", "!!\n", 1)]
    [InlineData("laguna", "!\n", 2)]
    public void Splits_by_its_expressions(string pre, string text, int words)
    {
        var parts = new List<MobiZO.Text.Tokenizers.Alignment.Piece>();
        var whole = MobiZO.Text.Tokenizers.Alignment.Piece.Whole(MobiZO.Text.Tokenizers.Alignment.AlignedText.Original(text), 0);
        GgufPreTokenizers.Find(pre)!.Build().Split(whole, parts);
        Assert.Equal(words, parts.Count);
    }

    [Fact]
    public void Ids_that_a_sentence_piece_file_leaves_out_are_those_of_llama_cpp()
    {
        GgufVocabulary vocabulary = JsonVocabulary.SentencePiece(Suite.TokenizerPath("mistral-v1"));
        ITokenizer given = Tokenizer.FromGguf(vocabulary with { AddEos = true });
        ITokenizer absent = Tokenizer.FromGguf(vocabulary with { BosId = null, EosId = null, UnkId = null, AddEos = true });
        Assert.Equal(given.Encode("a b").Ids, absent.Encode("a b").Ids);
        Assert.Equal((1, 2), (absent.Encode("a b").Ids[0], absent.Encode("a b").Ids[^1]));
    }

    [Fact]
    public void Special_tokens_of_Phi_3_swallow_the_space_behind_them()
    {
        GgufVocabulary vocabulary = JsonVocabulary.SentencePiece(Suite.TokenizerPath("mistral-v1"));
        int[] Encode(string? model, string text) =>
            Tokenizer.FromGguf(vocabulary with { ModelName = model }).Encode(text, addSpecialTokens: false).Ids;

        Assert.Equal(Encode(null, "</s>a"), Encode("Phi-3 mini", "</s> \n a"));
        Assert.NotEqual(Encode(null, "</s>a"), Encode(null, "</s> \n a"));
        Assert.Equal(Encode(null, "<s> \n a"), Encode("phi3", "<s> \n a"));
    }
}
