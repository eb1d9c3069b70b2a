using MobiZO.Text.Tests.Tokenizers.Fixtures;

namespace MobiZO.Text.Tests.Tokenizers.Gguf;

/// <summary>The kind "gpt2": the bundled vocabulary as a converter writes it, against the vectors of its tokenizer.json.</summary>
public sealed class ByteLevelVocabularyTests
{
    private const string Name = "nano";

    private static readonly Lazy<ITokenizer> s_tokenizer = new(() =>
        Tokenizer.FromGguf(JsonVocabulary.ByteLevel(Suite.TokenizerPath(Name), "gpt-2"))
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

    [Fact]
    public void Streams_show_what_is_stable() =>
        Vector.CheckAll(Suite.Read(Name, "stream"), vector => VectorChecks.Stream(s_tokenizer.Value, vector));

    [Fact]
    public void Vocabulary_equals_the_tokenizer_json() => VectorChecks.SameVocabulary(Suite.Load(Name), s_tokenizer.Value);
}
