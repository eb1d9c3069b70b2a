using MobiZO.Checkpoints;
using MobiZO.Models;
using MobiZO.Programs.Assembling;
using MobiZO.TestKit.Tiny;
using MobiZO.Training;

namespace MobiZO.Tests.Training;

public sealed class MemoryEstimateTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mobizo-memory-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Counted by hand: bits a weight, a scale and perhaps an offset for 32 weights; what is repacked comes on top.</summary>
    [Fact]
    public void Weights_are_counted_in_their_format()
    {
        var model = new TinyLlama(hidden: 64, headDimension: 16, vocabulary: 96, tied: false);
        var tables = 2L * 96 * 64;
        var vectors = 5L * 64;
        var linears = model.Names.Sum(name => (long)model.Values(name).Length) - tables - vectors;
        Assert.Equal((4 * (tables + vectors + linears), 4 * (tables + vectors + linears)), MemoryEstimate.WeightBytes(model));
        var int8 = MemoryEstimate.WeightBytes(new QuantizedWeights(model, WeightFormat.Int8));
        Assert.Equal(((tables + linears) * 36 / 32) + (4 * vectors), int8.Mapped);
        Assert.Equal(4 * vectors, int8.Packed);
        var int4 = MemoryEstimate.WeightBytes(new QuantizedWeights(model, WeightFormat.Int4));
        Assert.Equal((tables * 36 / 32) + (linears * 24 / 32) + (4 * vectors), int4.Mapped);
        Assert.Equal((linears * 20 / 32) + (4 * vectors), int4.Packed);
    }

    [Fact]
    public void Fewer_bits_need_less_memory_except_in_the_reference()
    {
        new TinyLlama(layers: 2, hidden: 512, headDimension: 128, vocabulary: TinyTokenizer.Size).WriteFolder(_folder);
        using var checkpoint = Checkpoint.Open(_folder);
        long Estimate(WeightFormat format, EngineKind kind = EngineKind.OnnxRuntime) => MemoryEstimate.Of(
            checkpoint,
            new FineTuneOptions { Model = "m", TrainData = "d", Output = "o", Engine = new EngineOptions { Weights = format, Kind = kind } },
            0,
            PrefixKind.Tokens);
        Assert.True(Estimate(WeightFormat.Float32) > Estimate(WeightFormat.Int8));
        Assert.True(Estimate(WeightFormat.Float32) > Estimate(WeightFormat.Int4));
        Assert.Equal(Estimate(WeightFormat.Float32, EngineKind.Reference), Estimate(WeightFormat.Int4, EngineKind.Reference));
    }
}
