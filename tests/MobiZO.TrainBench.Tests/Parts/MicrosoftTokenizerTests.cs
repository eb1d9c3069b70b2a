using MobiZO.TestKit;
using MobiZO.Text.Tokenizers;
using MobiZO.TrainBench.Memory;
using MobiZO.TrainBench.Parts;

namespace MobiZO.TrainBench.Tests.Parts;

/// <summary>The peer in the benchmark of tokenizers does the same work, and refuses what it cannot do.</summary>
public sealed class MicrosoftTokenizerTests
{
    [Fact]
    public void Gives_the_same_ids_for_the_rows_of_the_benchmark()
    {
        string path = Path.Combine(Shared.Repository, "models", "nano", "tokenizer.json");
        ITokenizer tokenizer = Tokenizer.FromFile(path);
        var peer = MicrosoftTokenizer.FromFile(path);
        Assert.All(MemoryRows.Texts(20, 32), text => Assert.Equal(tokenizer.Encode(text).Ids, peer.EncodeToIds(text)));
    }

    [Fact]
    public void Refuses_another_kind_of_tokenizer()
    {
        string path = Shared.PathOf("fixtures", "tokenizers", "mistral-v1.tokenizer.json");
        Assert.Contains("without a normalizer", Assert.Throws<NotSupportedException>(() => MicrosoftTokenizer.FromFile(path)).Message);
    }
}
