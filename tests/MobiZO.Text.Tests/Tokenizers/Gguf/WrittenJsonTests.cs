using System.Text;
using MobiZO.Text.Tests.Tokenizers.Fixtures;
using MobiZO.Text.Tests.Tokenizers.Peers;
using MobiZO.Text.Tokenizers.Gguf;

namespace MobiZO.Text.Tests.Tokenizers.Gguf;

/// <summary>The tokenizer of a GGUF file, written as a tokenizer.json: the same ids, by our loader and by the Rust library.</summary>
public sealed class WrittenJsonTests : IDisposable
{
    private const string Space = "\u2581";

    private static readonly Lazy<string[]> s_texts = new(() =>
        [
            .. Suite.Read("nano", "cases").Select(vector => vector.Text("text")).Where(IsWellFormed).Distinct(StringComparer.Ordinal),
            .. FuzzedTexts.Make(seed: 11, count: 500, ["<s>", "</s>", "<|im_start|>"]),
        ]
    );

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"mobizo-{Guid.NewGuid():N}.json");

    /// <summary>One name of every pre-tokenizer that there is.</summary>
    public static TheoryData<string> Names => [.. GgufPreTokenizers.All.Order(StringComparer.Ordinal).DistinctBy(GgufPreTokenizers.Find)];

    public void Dispose() => File.Delete(_path);

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_pre_tokenizer_gives_the_same_ids(string pre) =>
        Check(JsonVocabulary.ByteLevel(Suite.TokenizerPath("nano"), pre), s_texts.Value);

    [Theory]
    [InlineData(true, false, false, null)]
    [InlineData(false, false, true, null)]
    [InlineData(true, true, true, null)]
    [InlineData(false, true, false, "Phi-3 mini")]
    public void Scores_give_the_same_ids(bool addSpace, bool removeSpaces, bool addEos, string? model) =>
        Check(
            JsonVocabulary.SentencePiece(Suite.TokenizerPath("mistral-v1")) with
            {
                AddSpacePrefix = addSpace,
                RemoveExtraWhitespaces = removeSpaces,
                AddEos = addEos,
                ModelName = model,
            },
            s_texts.Value
        );

    /// <summary>Vocabularies in which anything may merge with anything, and scores that say nothing of lengths.</summary>
    [Fact]
    public void Any_order_of_scores_gives_the_same_ids()
    {
        var random = new Random(3);
        string Word(int most) => new(random.GetItems<char>(['a', 'b', '\u2581'], random.Next(1, most)));
        for (int round = 0; round < 60; round++)
        {
            string[] tokens = ["<unk>", "a", "b", Space, .. Enumerable.Range(0, 40).Select(_ => Word(7)).Where(word => word.Length > 1)];
            tokens = [.. tokens.Distinct(StringComparer.Ordinal)];
            int[] scores = [.. Enumerable.Range(0, tokens.Length)];
            random.Shuffle(scores);
            GgufVocabulary vocabulary = Scored(tokens, [.. scores.Select(score => (float)-score)]);
            Compare(vocabulary, [.. Enumerable.Range(0, 200).Select(_ => Word(60).Replace(Space, " ", StringComparison.Ordinal))]);
        }
    }

    /// <summary>Runs of one character, all of one score, as files of Gemma have them.</summary>
    [Fact]
    public void Runs_of_one_score_grow_from_the_left()
    {
        string[] tokens = ["<unk>", Space, "a", .. Enumerable.Range(2, 12).Select(length => new string('\u2581', length)), Space + "a"];
        GgufVocabulary vocabulary = Scored(tokens, [.. tokens.Select(token => token.EndsWith('a') ? -5f : 0f)]);
        Compare(vocabulary, [.. Enumerable.Range(0, 40).Select(length => new string(' ', length) + "a" + new string(' ', 2 * length))]);
    }

    /// <summary>Where scores are equal the file has the same ids, or there is none.</summary>
    [Fact]
    public void Equal_scores_give_the_same_ids_or_are_refused()
    {
        var random = new Random(5);
        int written = 0;
        for (int round = 0; round < 60; round++)
        {
            string[] tokens = ["<unk>", "a", "b", "c", .. Enumerable.Range(0, 6).Select(_ => Word(4)).Where(word => word.Length > 1)];
            tokens = [.. tokens.Distinct(StringComparer.Ordinal)];
            GgufVocabulary vocabulary = Scored(tokens, [.. tokens.Select(_ => (float)random.Next(3))]);
            try
            {
                Compare(vocabulary, [.. Enumerable.Range(0, 300).Select(_ => Word(30))]);
                written++;
            }
            catch (TokenizerException error)
            {
                Assert.Contains("one score", error.Message, StringComparison.Ordinal);
            }
        }

        Assert.InRange(written, 10, 50);

        string Word(int most) => new(random.GetItems<char>(['a', 'b', 'c'], random.Next(1, most)));
    }

    [Fact]
    public void What_a_list_of_merges_cannot_say_is_refused()
    {
        // Of "abc" the left two are merged, of "cab" the left two as well: no order of the pairs says both.
        string[] tokens = ["<unk>", "a", "b", "c", "ab", "bc", "ca"];
        Refuses(Scored(tokens, [.. tokens.Select(_ => 0f)]), "one score");
        Refuses(Scored(["<unk>", "a", "<0x41>", "<0x41>a"], [0, -1, -2, -3]), "'<0x41>' is merged");
        Refuses(Scored(["<unk>", "a", "b", "a"], [0, -1, -2, -3]) with { TokenTypes = [2, 1, 1, 3] }, "spelled 'a'");
    }

    private static GgufVocabulary Scored(string[] tokens, float[] scores) =>
        new()
        {
            Model = "llama",
            Tokens = tokens,
            Scores = scores,
            TokenTypes = [.. tokens.Select((_, id) => id == 0 ? 2 : 1)],
            AddBos = false,
            AddSpacePrefix = false,
            UnkId = 0,
        };

    private static void Refuses(GgufVocabulary vocabulary, string why)
    {
        TokenizerException error = Assert.Throws<TokenizerException>(() => Tokenizer.JsonOfGguf(vocabulary));
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.Contains("llama", error.Message, StringComparison.Ordinal);
    }

    private void Check(GgufVocabulary vocabulary, string[] texts)
    {
        Compare(vocabulary, texts);
        Assert.True(texts.Length > 750, $"There are {texts.Length} texts.");
        if (RustTokenizer.WhyAbsent is null)
        {
            PeerChecks.Same(Tokenizer.FromGguf(vocabulary), _path, texts);
        }
    }

    /// <summary>Ids, and the text that they stand for.</summary>
    private void Compare(GgufVocabulary vocabulary, string[] texts)
    {
        File.WriteAllBytes(_path, Tokenizer.JsonOfGguf(vocabulary));
        (ITokenizer expected, ITokenizer written) = (Tokenizer.FromGguf(vocabulary), Tokenizer.FromFile(_path));
        Assert.Equal(expected.VocabularySize, written.VocabularySize);
        foreach (string text in texts)
        {
            int[] ids = expected.Encode(text).Ids;
            Assert.True(ids.SequenceEqual(written.Encode(text).Ids), $"'{text}'");
            Assert.Equal(expected.Decode(ids), written.Decode(ids));
        }
    }

    private static bool IsWellFormed(string text) => text.EnumerateRunes().All(rune => rune != Rune.ReplacementChar);
}
