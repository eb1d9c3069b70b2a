using MobiZO.Text.Tokenizers.Loading;

namespace MobiZO.Text.Tests.Tokenizers;

/// <summary>Word-level, WordPiece and unigram models in small files written by hand.</summary>
public sealed class ModelTests
{
    private const string Words = """
        { "pre_tokenizer": { "type": "WhitespaceSplit" },
          "model": { "type": "WordLevel", "unk_token": "?", "vocab": { "a": 0, "b": 1, "?": 2 } } }
        """;

    private const string Pieces = """
        { "pre_tokenizer": { "type": "WhitespaceSplit" }, "decoder": { "type": "WordPiece", "prefix": "##", "cleanup": true },
          "model": { "type": "WordPiece", "unk_token": "?", "continuing_subword_prefix": "##", "max_input_chars_per_word": 5,
            "vocab": { "a": 0, "ab": 1, "##b": 2, "##bc": 3, "?": 4, "\uD83D\uDE00": 5, ".": 6 } } }
        """;

    private const string Unigram = """
        { "model": { "type": "Unigram", "unk_id": 0, "byte_fallback": false,
            "vocab": [ ["?", 0], ["a", -1], ["b", -1], ["ab", -1.5], ["abb", -9], ["<0x78>", -5], ["\u00e9", -3] ] } }
        """;

    [Fact]
    public void Words_are_tokens_or_unknown()
    {
        ITokenizer tokenizer = Load(Words);
        Encoding encoding = tokenizer.Encode("b  xyz a");
        Assert.Equal([1, 2, 0], encoding.Ids);
        Assert.Equal([(0, 1), (3, 6), (7, 8)], encoding.Offsets);
        Assert.Equal("b ? a", tokenizer.Decode(encoding.Ids));
    }

    [Theory]
    [InlineData(Words, "\"?\": 2", "\"c\": 2", "the word 'xyz'")]
    [InlineData(Pieces, "\"?\": 4", "\"c\": 4", "the word 'xyz'")]
    [InlineData(Unigram, "\"unk_id\": 0,", "", "the word 'x'")]
    public void Without_an_unknown_token_the_text_is_refused(string file, string old, string replacement, string expected)
    {
        ITokenizer tokenizer = Load(file.Replace(old, replacement));
        Assert.Single(tokenizer.Encode("a").Ids);
        string message = Assert.Throws<TokenizerException>(() => tokenizer.Encode("xyz")).Message;
        Assert.StartsWith("small.json: ", message);
        Assert.Contains(expected, message);
    }

    [Theory]
    [InlineData("abbc", new[] { 1, 3 })]
    [InlineData("abb", new[] { 1, 2 })]
    [InlineData("abcb", new[] { 4 })]
    [InlineData("\U0001F600b", new[] { 5, 2 })]
    [InlineData("abbbb", new[] { 1, 2, 2, 2 })]
    [InlineData("abbbbb", new[] { 4 })]
    public void Word_pieces_are_the_longest_that_fit(string word, int[] ids) => Assert.Equal(ids, Load(Pieces).Encode(word).Ids);

    [Fact]
    public void Word_pieces_are_joined_and_cleaned_up() => Assert.Equal("abb a.", Load(Pieces).Decode([1, 2, 0, 6]));

    [Theory]
    [InlineData("abb", new[] { 3, 2 })]
    [InlineData("xxay", new[] { 0, 1, 0 })]
    [InlineData("a\u00e9", new[] { 1, 6 })]
    public void Unigram_takes_the_best_sum(string text, int[] ids) => Assert.Equal(ids, Load(Unigram).Encode(text).Ids);

    [Fact]
    public void Unigram_writes_unknown_characters_as_bytes_where_all_are_tokens()
    {
        ITokenizer tokenizer = Load(Unigram.Replace("\"byte_fallback\": false", "\"byte_fallback\": true"));
        Encoding encoding = tokenizer.Encode("axx\u00e8");
        Assert.Equal([1, 0], encoding.Ids);
        encoding = tokenizer.Encode("axxb");
        Assert.Equal([1, 5, 5, 2], encoding.Ids);
        Assert.Equal([(0, 1), (1, 3), (1, 3), (3, 4)], encoding.Offsets);
    }

    [Fact]
    public void Two_unigram_tokens_may_be_spelled_alike()
    {
        ITokenizer tokenizer = Load(Unigram.Replace("[\"abb\", -9]", "[\"a\", -9]"));
        Assert.Equal(7, tokenizer.VocabularySize);
        Assert.Equal("a", tokenizer.IdToToken(1));
        Assert.Equal("a", tokenizer.IdToToken(4));
        Assert.Equal(4, tokenizer.TokenToId("a"));
    }

    [Theory]
    [InlineData("\"unk_id\": 0", "\"unk_id\": 7", "expected an id below 7, found 7")]
    [InlineData("[\"a\", -1]", "[\"a\"]", "expected a token and its score, found 1 values")]
    public void Broken_unigram_models_are_refused(string old, string replacement, string expected) =>
        Assert.Contains(expected, Assert.Throws<TokenizerException>(() => Load(Unigram.Replace(old, replacement))).Message);

    /// <summary>Early versions of the reference implementation did not write the type.</summary>
    [Theory]
    [InlineData(Words)]
    [InlineData(Pieces)]
    [InlineData(Unigram)]
    public void The_type_may_be_left_out(string file)
    {
        int start = file.IndexOf("\"type\"", file.IndexOf("\"model\"", StringComparison.Ordinal), StringComparison.Ordinal);
        string untyped = file.Remove(start, file.IndexOf(',', start) + 1 - start);
        Assert.Equal(Load(file).Encode("ab xa").Ids, Load(untyped).Encode("ab xa").Ids);
    }

    private static ITokenizer Load(string json) => TokenizerJson.Read("small.json", System.Text.Encoding.UTF8.GetBytes(json));
}
