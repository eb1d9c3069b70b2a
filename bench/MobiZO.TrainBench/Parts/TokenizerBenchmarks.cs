using BenchmarkDotNet.Attributes;
using Microsoft.ML.Tokenizers;
using MobiZO.Text.Tokenizers;
using MobiZO.TrainBench.Memory;

namespace MobiZO.TrainBench.Parts;

/// <summary>The model's tokenizer on rows of plain words, and Microsoft.ML.Tokenizers with the same vocabulary on the same rows.</summary>
public class TokenizerBenchmarks
{
    private const int Rows = 100;
    private const int WordsPerRow = 32;

    private readonly string[] _texts = [.. MemoryRows.Texts(Rows, WordsPerRow)];
    private ITokenizer _tokenizer = null!;
    private BpeTokenizer _peer = null!;

    private static string File => Path.Combine(PartsModel.Path, "tokenizer.json");

    /// <summary>Opens the tokenizer.</summary>
    [GlobalSetup(Target = nameof(Encode100Rows))]
    public void SetUp() => _tokenizer = MobiZO.Text.Tokenizers.Tokenizer.FromFile(File);

    /// <summary>Opens the peer, and checks that it does the same work.</summary>
    [GlobalSetup(Target = nameof(Encode100RowsMicrosoft))]
    public void SetUpPeer()
    {
        SetUp();
        _peer = MicrosoftTokenizer.FromFile(File);
        if (_texts.FirstOrDefault(text => !_tokenizer.Encode(text).Ids.SequenceEqual(_peer.EncodeToIds(text))) is { } text)
        {
            throw new NotSupportedException($"Microsoft.ML.Tokenizers gives other ids for '{text}', so their speeds do not compare.");
        }
    }

    /// <summary>100 rows of 32 words.</summary>
    [Benchmark(Baseline = true)]
    public int Encode100Rows() => _texts.Sum(text => _tokenizer.Encode(text).Ids.Length);

    /// <summary>The same rows by Microsoft.ML.Tokenizers. It keeps no offsets and remembers words that it has seen.</summary>
    [Benchmark]
    public int Encode100RowsMicrosoft() => _texts.Sum(text => _peer.EncodeToIds(text).Count);
}
