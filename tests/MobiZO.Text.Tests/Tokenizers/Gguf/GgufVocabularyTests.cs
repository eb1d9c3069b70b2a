namespace MobiZO.Text.Tests.Tokenizers.Gguf;

/// <summary>Small vocabularies written by hand, and broken ones.</summary>
public sealed class GgufVocabularyTests
{
    private static readonly GgufVocabulary s_llama = new()
    {
        Source = "a.gguf",
        Model = "llama",
        Tokens = ["<unk>", "<s>", "</s>", "\u2581", "a", "b", "ab", "\u2581a", "<0x41>", "!x"],
        Scores = [0, 0, 0, -4, -5, -6, -2, -1, 0, 0],
        TokenTypes = [2, 3, 3, 1, 1, 1, 1, 1, 6, 4],
        BosId = 1,
        EosId = 2,
        UnkId = 0,
    };

    private static readonly GgufVocabulary s_gpt2 = new()
    {
        Source = "a.gguf",
        Model = "gpt2",
        Pre = "gpt-2",
        Tokens = ["a", "b", "\u0120", "ab", "\u0120ab", "<end>", "1", "11"],
        TokenTypes = [1, 1, 1, 1, 1, 3, 1, 1],
        Merges = ["a b", "\u0120 ab", "1 1"],
        BosId = 5,
        EosId = 5,
    };

    [Fact]
    public void Llama_merges_the_highest_score_first()
    {
        ITokenizer tokenizer = Tokenizer.FromGguf(s_llama);
        Assert.Equal([1, 7, 5], tokenizer.Encode("ab").Ids);
        Assert.Equal([7, 5, 3, 8, 2, 3, 0, 9], tokenizer.Encode("ab A</s>?!x", addSpecialTokens: false).Ids);
        Assert.Equal("ab A?".Replace("?", ""), tokenizer.Decode([1, 7, 5, 3, 8]));
    }

    [Fact]
    public void Llama_without_space_prefix_and_with_ends()
    {
        ITokenizer tokenizer = Tokenizer.FromGguf(s_llama with { AddSpacePrefix = false, AddBos = false, AddEos = true });
        Assert.Equal([6, 2], tokenizer.Encode("ab").Ids);
        Assert.Equal(" a", tokenizer.Decode([7]));
    }

    [Fact]
    public void Extra_spaces_are_removed_on_demand()
    {
        ITokenizer tokenizer = Tokenizer.FromGguf(s_llama with { RemoveExtraWhitespaces = true });
        Encoding encoding = tokenizer.Encode("  a   a ", addSpecialTokens: false);
        Assert.Equal([7, 7], encoding.Ids);
        Assert.Equal([(2, 3), (3, 7)], encoding.Offsets);
        Assert.Empty(tokenizer.Encode("   ", addSpecialTokens: false).Ids);
    }

    /// <summary>Published files have the ends of a turn as ordinary tokens, which a text would never find whole.</summary>
    [Theory]
    [InlineData(new[] { 2, 3, 3, 1, 1, 1, 1, 1, 6, 4, 1, 1 })]
    [InlineData(new[] { 2, 3, 3, 1, 1, 1, 1, 1, 6, 4, 3, 4 })]
    [InlineData(null)]
    public void Tokens_of_turns_are_found_whatever_their_type(int[]? types)
    {
        GgufVocabulary vocabulary = s_llama with
        {
            Tokens = [.. s_llama.Tokens, "<start_of_turn>", "<end_of_turn>"],
            Scores = [.. s_llama.Scores!, 0, 0],
            TokenTypes = types,
        };
        ITokenizer tokenizer = Tokenizer.FromGguf(vocabulary);
        Assert.Equal([10, 7, 5, 11], tokenizer.Encode("<start_of_turn>ab<end_of_turn>", addSpecialTokens: false).Ids);
        Assert.Equal("ab", tokenizer.Decode([10, 7, 5, 11]));

        string path = Path.GetTempFileName();
        File.WriteAllBytes(path, Tokenizer.JsonOfGguf(vocabulary));
        ITokenizer written = Tokenizer.FromFile(path);
        File.Delete(path);
        Assert.Equal(tokenizer.Encode("<start_of_turn>ab<end_of_turn>").Ids, written.Encode("<start_of_turn>ab<end_of_turn>").Ids);
        Assert.Equal(tokenizer.Decode([10, 7, 5, 11]), written.Decode([10, 7, 5, 11]));
    }

    [Theory]
    [InlineData("gpt-2", new[] { 7, 6, 4 })]
    [InlineData("smollm", new[] { 6, 6, 6, 4 })]
    [InlineData("qwen2", new[] { 6, 6, 6, 4 })]
    [InlineData("refact", new[] { 6, 6, 6, 4 })]
    [InlineData("dbrx", new[] { 7, 6, 4 })]
    [InlineData("smaug-bpe", new[] { 7, 6, 4 })]
    [InlineData("llama-bpe", new[] { 5, 7, 6, 4 })]
    [InlineData("default", new[] { 7, 6, 4 })]
    [InlineData(null, new[] { 7, 6, 4 })]
    public void Gpt2_splits_by_the_named_pre_tokenizer(string? pre, int[] ids) =>
        Assert.Equal(ids, Tokenizer.FromGguf(s_gpt2 with { Pre = pre }).Encode("111 ab").Ids);

    [Fact]
    public void Broken_vocabularies_are_refused()
    {
        Refuses(s_gpt2 with { Model = "bert" }, "tokenizer.ggml.model");
        Refuses(s_gpt2 with { Pre = "unheard-of" }, "tokenizer.ggml.pre");
        Refuses(s_gpt2 with { Merges = null }, "tokenizer.ggml.merges");
        Refuses(s_gpt2 with { Merges = ["a"] }, "tokenizer.ggml.merges[0]");
        Refuses(s_gpt2 with { Merges = [""] }, "tokenizer.ggml.merges[0]");
        Refuses(s_gpt2 with { Merges = ["a b", "b a"] }, "tokenizer.ggml.merges[1]");
        Refuses(s_gpt2 with { TokenTypes = [1] }, "tokenizer.ggml.token_type");
        Refuses(s_gpt2 with { AddBos = true, BosId = 99 }, "tokenizer.ggml.bos_token_id");
        Refuses(s_gpt2 with { AddBos = true, BosId = null }, "tokenizer.ggml.bos_token_id");
        Refuses(s_gpt2 with { AddEos = true, EosId = null }, "tokenizer.ggml.eos_token_id");
        Refuses(s_llama with { Scores = null }, "tokenizer.ggml.scores");
        Refuses(s_llama with { Scores = [1] }, "tokenizer.ggml.scores");
        Refuses(s_llama with { UnkId = -1 }, "tokenizer.ggml.unknown_token_id");
    }

    private static void Refuses(GgufVocabulary vocabulary, string key)
    {
        var problem = Assert.Throws<TokenizerException>(() => Tokenizer.FromGguf(vocabulary));
        Assert.StartsWith("a.gguf: ", problem.Message);
        Assert.Contains(key, problem.Message);
    }
}
