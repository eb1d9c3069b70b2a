using MobiZO.TestKit;

namespace MobiZO.Text.Tests.Tokenizers;

/// <summary>The bundled model's tokenizer; ids by the Hugging Face tokenizers library 0.23.3, ranges in UTF-16 code units.</summary>
public sealed class NanoTokenizerTests
{
    private static readonly ITokenizer s_tokenizer = Tokenizer.FromFile(
        Path.Combine(Shared.Repository, "models", "nano", "tokenizer.json")
    );

    public static TheoryData<string, int[], int[]> Texts =>
        new()
        {
            { "", [], [] },
            { "Hello, world!", [42, 626, 81, 14, 787, 3], [0, 1, 1, 4, 4, 5, 5, 6, 6, 12, 12, 13] },
            { "It was terrible", [875, 351, 1406, 3873], [0, 2, 2, 6, 6, 10, 10, 15] },
            { "123", [3110, 21], [0, 2, 2, 3] },
            { "a\U0001F600b", [67, 175, 256, 249, 225, 68], [0, 1, 1, 3, 1, 3, 1, 3, 1, 3, 3, 4] },
            { "x <|im_start|><|im_start|> y", [90, 223, 1, 1, 320], [0, 1, 1, 2, 2, 14, 14, 26, 26, 28] },
            { "<|im_start|>\n\nnext", [1, 201, 201, 713, 1112], [0, 12, 12, 13, 13, 14, 14, 16, 16, 18] },
        };

    [Theory]
    [MemberData(nameof(Texts))]
    public void Encodes_and_decodes(string text, int[] ids, int[] borders)
    {
        Encoding encoding = s_tokenizer.Encode(text);
        Assert.Equal(ids, encoding.Ids);
        Assert.Equal(borders, encoding.Offsets.SelectMany(offset => new[] { offset.Start, offset.End }));
        Assert.Equal(text, s_tokenizer.Decode(ids, skipSpecialTokens: false));
    }

    [Fact]
    public void Knows_its_vocabulary()
    {
        Assert.Equal(4096, s_tokenizer.VocabularySize);
        Assert.Equal(1, s_tokenizer.TokenToId("<|im_start|>"));
        Assert.Equal("<|im_end|>", s_tokenizer.IdToToken(2));
        Assert.Equal(639, s_tokenizer.TokenToId("\u0120great"));
        Assert.True(s_tokenizer.IsSpecial(0));
        Assert.False(s_tokenizer.IsSpecial(639));
        Assert.Null(s_tokenizer.TokenToId("no such token"));
        Assert.Null(s_tokenizer.IdToToken(4096));
        Assert.Null(s_tokenizer.IdToToken(-1));
    }

    [Fact]
    public void Decoding_skips_special_and_unknown_ids()
    {
        Assert.Equal("It was", s_tokenizer.Decode([1, 875, -5, 351, 99999, 2]));
        Assert.Equal("<|im_start|>It was<|im_end|>", s_tokenizer.Decode([1, 875, 351, 2], skipSpecialTokens: false));
    }

    [Fact]
    public void Lone_surrogates_are_read_as_replacement_characters() =>
        Assert.Equal(s_tokenizer.Encode("a\uFFFDb\uFFFD").Ids, s_tokenizer.Encode("a\uD800b\uDC00").Ids);

    [Fact]
    public void Threads_agree()
    {
        string[] texts = [.. Enumerable.Range(0, 200).Select(number => $"Line {number} was terrible, \u4E16\u754C {number * number}")];
        int[][] alone = [.. texts.Select(text => s_tokenizer.Encode(text).Ids)];
        ITokenizer fresh = Tokenizer.FromFile(Path.Combine(Shared.Repository, "models", "nano", "tokenizer.json"));
        Parallel.For(0, 2000, index => Assert.Equal(alone[index % 200], fresh.Encode(texts[index % 200]).Ids));
    }

    /// <summary>What tokenizer_config.json says of the tokens around a text wins over tokenizer.json.</summary>
    [Fact]
    public void Tokens_around_a_text_follow_the_flags()
    {
        string path = Path.Combine(Shared.Repository, "models", "nano", "tokenizer.json");
        string special = s_tokenizer.IdToToken(0)!;
        int[] bare = s_tokenizer.Encode("a b", addSpecialTokens: false).Ids;
        int[] Encode(SpecialEnds ends, bool add = true) => Tokenizer.FromFile(path, ends).Encode("a b", add).Ids;
        Assert.Equal(s_tokenizer.Encode("a b").Ids, Encode(new SpecialEnds(null, special, null, special)));
        Assert.Equal([0, .. bare, 0], Encode(new SpecialEnds(true, special, true, special)));
        Assert.Equal([0, .. bare], Encode(new SpecialEnds(true, special, false, special)));
        Assert.Equal(bare, Encode(new SpecialEnds(true, special, true, special), add: false));
        string message = Assert.Throws<TokenizerException>(() => Encode(new SpecialEnds(true, null, null, null))).Message;
        Assert.Contains("add_bos_token is true", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Stream_shows_whole_characters_only()
    {
        StreamingDecoder decoder = s_tokenizer.CreateStreamingDecoder();
        Assert.Equal(["a", "", "", "", "\U0001F600", "", "b"], new[] { 67, 175, 256, 249, 225, 1, 68 }.Select(decoder.Add));
        Assert.Equal("", decoder.Finish());
    }

    [Fact]
    public void Stream_ends_with_what_was_held_back()
    {
        StreamingDecoder decoder = s_tokenizer.CreateStreamingDecoder();
        Assert.Equal(["a", "", ""], new[] { 67, 175, 256 }.Select(decoder.Add));
        Assert.Equal("\uFFFD", decoder.Finish());
    }

    [Fact]
    public void Stream_of_any_ids_adds_up_to_the_full_decode()
    {
        int[] ids = [.. Enumerable.Range(0, 3000).Select(step => step * 7919 % 4200)];
        foreach (bool skip in new[] { true, false })
        {
            StreamingDecoder decoder = s_tokenizer.CreateStreamingDecoder(skip);
            string shown = string.Concat(ids.Select(decoder.Add));
            Assert.Equal(s_tokenizer.Decode(ids, skip), shown + decoder.Finish());
        }
    }
}
