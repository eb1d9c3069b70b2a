using MobiZO.Text.Tests.Tokenizers.Fixtures;

namespace MobiZO.Text.Tests.Tokenizers.Gguf;

/// <summary>
/// The kind "llama": a published vocabulary as a converter writes it, against the vectors of the tokenizer.json made from the same
/// SentencePiece model.
/// </summary>
public sealed class SentencePieceVocabularyTests
{
    private const string Name = "mistral-v1";

    private static readonly Lazy<ITokenizer> s_tokenizer = new(() =>
        Tokenizer.FromGguf(JsonVocabulary.SentencePiece(Suite.TokenizerPath(Name)))
    );

    [Fact]
    public void Encodes_and_decodes_like_the_tokenizer_json() =>
        Vector.CheckAll(Suite.Read(Name, "cases"), vector => VectorChecks.Encoding(s_tokenizer.Value, vector));

    [Fact]
    public void First_answer_token_is_found() =>
        Vector.CheckAll(Suite.Read(Name, "boundary"), vector => VectorChecks.Boundary(s_tokenizer.Value, vector));

    [Fact]
    public void Random_ids_decode() =>
        Vector.CheckAll(Suite.Read(Name, "decode"), vector => VectorChecks.Decoding(s_tokenizer.Value, vector));

    /// <summary>
    /// Left out: bytes that make no character, of which the tokenizer.json gives up whole runs at their end and a GGUF vocabulary, as
    /// SentencePiece, each at once.
    /// </summary>
    [Fact]
    public void Streams_show_what_is_stable()
    {
        List<Vector> vectors = Suite.Read(Name, "stream");
        List<Vector> comparable = [.. vectors.Where(vector => !vector.Text("final").Contains('\uFFFD'))];
        Vector.CheckAll(comparable, vector => VectorChecks.Stream(s_tokenizer.Value, vector));
        Assert.InRange(comparable.Count, vectors.Count * 3 / 4, vectors.Count - 1);
    }

    [Fact]
    public void Vocabulary_equals_the_tokenizer_json() => VectorChecks.SameVocabulary(Suite.Load(Name), s_tokenizer.Value);
}
