using MobiZO.TestKit;
using MobiZO.Text.Tests.Tokenizers.Fixtures;

namespace MobiZO.Text.Tests.Tokenizers;

/// <summary>Golden vectors made with the Hugging Face tokenizers library 0.23.3.</summary>
public sealed class VectorTests
{
    public static TheoryData<string> Cases => Suite.Files("cases");

    public static TheoryData<string> Boundary => Suite.Files("boundary");

    public static TheoryData<string> Decode => Suite.Files("decode");

    public static TheoryData<string> Stream => Suite.Files("stream");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Written_cases_encode_and_decode(string name) => Check(name, "cases", VectorChecks.Encoding);

    [Theory]
    [MemberData(nameof(Decode))]
    public void Random_ids_decode(string name) => Check(name, "decode", VectorChecks.Decoding);

    [Theory]
    [MemberData(nameof(Boundary))]
    public void First_answer_token_is_found(string name) => Check(name, "boundary", VectorChecks.Boundary);

    [Theory]
    [MemberData(nameof(Stream))]
    public void Streams_show_what_is_stable(string name) => Check(name, "stream", VectorChecks.Stream);

    /// <summary>Pairs of texts are left out: this library encodes one text at a time.</summary>
    private static void Check(string name, string kind, Func<ITokenizer, Vector, string?> check)
    {
        ITokenizer tokenizer = Suite.Load(name);
        Vector.CheckAll([.. Suite.Read(name, kind).Where(vector => !vector.Has("pair"))], vector => check(tokenizer, vector));
    }
}
