using MobiZO.Text.Tests.Tokenizers.Fixtures;

namespace MobiZO.Slow.Tests.Text;

/// <summary>
/// Lines of published data sets, whose licences keep them out of the repository, against the Hugging Face tokenizers library 0.23.3.
/// </summary>
public sealed class RealLineTests
{
    public static TheoryData<string> Names => [.. Suite.Names("real").DefaultIfEmpty("absent")];

    [SharedTheory(Suite.Folder + "/nano.real.jsonl")]
    [MemberData(nameof(Names))]
    public void Real_lines_encode_and_decode(string name)
    {
        ITokenizer tokenizer = Suite.Load(name);
        Vector.CheckAll(Suite.Read(name, "real"), vector => VectorChecks.Encoding(tokenizer, vector));
    }
}
