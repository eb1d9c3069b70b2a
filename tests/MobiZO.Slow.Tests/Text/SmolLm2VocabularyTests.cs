using MobiZO.TestKit;
using MobiZO.Text.Tests.Tokenizers.Fixtures;
using MobiZO.Text.Tests.Tokenizers.Peers;

namespace MobiZO.Slow.Tests.Text;

/// <summary>The kind "gpt2": a GGUF file against the vectors of the tokenizer.json it was converted from.</summary>
public sealed class SmolLm2VocabularyTests
{
    private const string File = "models/smollm2-135m-instruct/SmolLM2-135M-Instruct.Q4_1.gguf";

    private static readonly Lazy<ITokenizer> s_tokenizer = new(() => Tokenizer.FromGguf(GgufMetadata.Vocabulary(Shared.PathOf(File))));

    [SharedTheory(File)]
    [InlineData("cases")]
    [InlineData("real")]
    public void Encodes_and_decodes_like_the_tokenizer_json(string kind) =>
        Vector.CheckAll(Suite.Read("smollm2", kind), vector => VectorChecks.Encoding(s_tokenizer.Value, vector));

    /// <summary>Written as a tokenizer.json it is that of the original again, for this library and for the Rust library.</summary>
    [SharedTheory(File)]
    [InlineData("cases")]
    [InlineData("real")]
    public void Written_as_a_tokenizer_json_it_encodes_like_the_original(string kind)
    {
        string path = Path.Combine(Path.GetTempPath(), $"mobizo-{Guid.NewGuid():N}.json");
        System.IO.File.WriteAllBytes(path, Tokenizer.JsonOfGguf(GgufMetadata.Vocabulary(Shared.PathOf(File))));
        try
        {
            ITokenizer written = Tokenizer.FromFile(path);
            List<Vector> vectors = Suite.Read("smollm2", kind);
            Vector.CheckAll(vectors, vector => VectorChecks.Encoding(written, vector));
            VectorChecks.SameVocabulary(Suite.Load("smollm2"), written);
            if (RustTokenizer.WhyAbsent is null)
            {
                PeerChecks.Same(Suite.Load("smollm2"), path, [.. vectors.Select(vector => vector.Text("text")).Distinct()]);
            }
        }
        finally
        {
            System.IO.File.Delete(path);
        }
    }

    [SharedFact(File)]
    public void First_answer_token_is_found() =>
        Vector.CheckAll(Suite.Read("smollm2", "boundary"), vector => VectorChecks.Boundary(s_tokenizer.Value, vector));

    [SharedFact(File)]
    public void Random_ids_decode() =>
        Vector.CheckAll(Suite.Read("smollm2", "decode"), vector => VectorChecks.Decoding(s_tokenizer.Value, vector));

    [SharedFact(File)]
    public void Streams_show_what_is_stable() =>
        Vector.CheckAll(Suite.Read("smollm2", "stream"), vector => VectorChecks.Stream(s_tokenizer.Value, vector));

    [SharedFact(File)]
    public void Vocabulary_equals_the_tokenizer_json() => VectorChecks.SameVocabulary(Suite.Load("smollm2"), s_tokenizer.Value);
}
