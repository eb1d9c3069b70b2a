using System.Text.Json;
using MobiZO.TestKit;
using MobiZO.Text.Tests.Tokenizers.Fixtures;

namespace MobiZO.Slow.Tests.Text;

/// <summary>The kind "llama" against sentencepiece 0.2.3 and against the tokenizer.json made from the same model.</summary>
public sealed class SentencePieceVocabularyTests
{
    private const string Name = "tok512-sentencepiece";
    private const int LoneSpace = 410;

    private static readonly Lazy<ITokenizer> s_squeezing = new(() => Tokenizer.FromGguf(Tok512.Vocabulary(removeExtraWhitespaces: true)));
    private static readonly Lazy<ITokenizer> s_keeping = new(() => Tokenizer.FromGguf(Tok512.Vocabulary(removeExtraWhitespaces: false)));

    [SharedTheory(Tok512.File)]
    [InlineData("cases", 354, 18)]
    [InlineData("real", 60, 0)]
    public void Ids_offsets_and_text_match_sentencepiece(string kind, int total, int excluded) =>
        Check(
            kind,
            total,
            excluded,
            vector => Differs(vector.Text("text")),
            vector =>
            {
                string text = vector.Text("text");
                Encoding encoding = s_squeezing.Value.Encode(text, vector.Flag("add_special_tokens"));
                return Vector.Difference("ids", vector.Ids(), encoding.Ids)
                    ?? (
                        vector.Has("offsets")
                            ? Vector.Difference(
                                "offsets",
                                Ranges(vector.Ids(), vector.Offsets(text)),
                                Ranges(encoding.Ids, encoding.Offsets)
                            )
                            : null
                    )
                    ?? Vector.Difference("decoded", vector.Text("decoded"), s_squeezing.Value.Decode(vector.Ids()));
            }
        );

    /// <summary>
    /// Left out: spelled-out special tokens, and the empty prompt, where the added space counts as answer here and not there.
    /// </summary>
    [SharedFact(Tok512.File)]
    public void First_answer_token_matches_sentencepiece() =>
        Check(
            "boundary",
            80,
            3,
            vector => vector.Text("prompt").Length == 0 || Differs(vector.Text("prompt") + vector.Text("answer")),
            vector =>
            {
                string prompt = vector.Text("prompt");
                Encoding encoding = s_squeezing.Value.Encode(prompt + vector.Text("answer"), vector.Flag("add_special_tokens"));
                return Vector.Difference("ids", vector.Ids(), encoding.Ids)
                    ?? Vector.Difference(
                        "first",
                        vector.Number("first_answer_token"),
                        AnswerBoundary.FirstAnswerToken(encoding, prompt.Length)
                    );
            }
        );

    [SharedFact(Tok512.File)]
    public void Random_ids_decode_like_sentencepiece() =>
        Check(
            "decode",
            40,
            0,
            _ => false,
            vector => Vector.Difference("decoded", vector.Text("decoded"), s_squeezing.Value.Decode(vector.Ids()))
        );

    /// <summary>Left out: BOS or EOS among the ids with specials kept, which sentencepiece never shows.</summary>
    [SharedFact(Tok512.File)]
    public void Streams_show_what_is_stable() =>
        Check(
            "stream",
            57,
            4,
            vector => !vector.Flag("skip_special_tokens") && vector.Ids().Intersect([1, 2]).Any(),
            vector => VectorChecks.Stream(s_squeezing.Value, vector)
        );

    /// <summary>The tokenizer.json made from the same model keeps spaces as they are; so does a GGUF vocabulary by default.</summary>
    [SharedFact("models/stories260K-hf/tokenizer_golden.json")]
    public void Ids_match_the_tokenizer_json()
    {
        ITokenizer json = Tokenizer.FromFile(Shared.PathOf("models", "stories260K-hf", "tokenizer.json"));
        using JsonDocument golden = JsonDocument.Parse(
            System.IO.File.ReadAllText(Shared.PathOf("models", "stories260K-hf", "tokenizer_golden.json"))
        );
        JsonElement[] lines = [.. golden.RootElement.GetProperty("lines").EnumerateArray()];
        Assert.Equal(200, lines.Length);
        foreach (JsonElement line in lines)
        {
            string text = line.GetProperty("text").GetString()!;
            int[] ids = [.. line.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];
            foreach (ITokenizer tokenizer in new[] { json, s_keeping.Value })
            {
                Assert.Equal(ids, tokenizer.Encode(text, addSpecialTokens: false).Ids);
                Assert.Equal([1, .. ids], tokenizer.Encode(text).Ids);
                Assert.Equal(line.GetProperty("decoded").GetString(), tokenizer.Decode(ids));
            }

            Assert.Equal(json.Encode(text).Offsets, s_keeping.Value.Encode(text).Offsets);
        }
    }

    private static void Check(string kind, int total, int excluded, Func<Vector, bool> differs, Func<Vector, string?> check)
    {
        List<Vector> vectors = Suite.Read(Name, kind);
        List<Vector> comparable = [.. vectors.Where(vector => !differs(vector))];
        Vector.CheckAll(comparable, check);
        // Counted, so that the exclusions cannot grow unseen.
        Assert.Equal((total, excluded), (vectors.Count, vectors.Count - comparable.Count));
    }

    /// <summary>
    /// Texts on which sentencepiece differs by design. A special token spelled out is plain text to it; GGUF vocabularies and
    /// tokenizer.json find the token. The visible space itself is a space to it, to be stripped and squeezed.
    /// </summary>
    private static bool Differs(string text) =>
        text.Contains("<s>") || text.Contains("</s>") || text.Contains("<unk>") || text.Contains('\u2581');

    /// <summary>
    /// All ranges but that of a lone added space, which is empty there and that of the first character in tokenizer.json.
    /// </summary>
    private static (int Start, int End)[] Ranges(int[] ids, (int Start, int End)[] offsets)
    {
        int first = ids.Length > 0 && ids[0] == 1 ? 1 : 0;
        return [.. offsets.Where((_, index) => index != first || ids[index] != LoneSpace)];
    }
}
