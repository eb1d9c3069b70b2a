using BenchmarkDotNet.Attributes;
using MobiZO.Text.Tokenizers;
using MobiZO.TrainBench.Memory;
using MobiZO.TrainBench.Steps;

namespace MobiZO.TrainBench.Parts;

/// <summary>The model's tokenizer on rows of plain words.</summary>
public class TokenizerBenchmarks
{
    private const int Rows = 100;
    private const int WordsPerRow = 32;

    private StepModel? _model;
    private ITokenizer _tokenizer = null!;
    private string[] _texts = [];

    /// <summary>Opens the tokenizer.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        _model = PartsModel.Open();
        _tokenizer = _model.Model.Tokenizer;
        _texts = [.. MemoryRows.Texts(Rows, WordsPerRow)];
    }

    /// <summary>Closes it.</summary>
    [GlobalCleanup]
    public void CleanUp() => _model?.Dispose();

    /// <summary>100 rows of 32 words.</summary>
    [Benchmark]
    public int Encode100Rows() => _texts.Sum(text => _tokenizer.Encode(text).Ids.Length);
}
