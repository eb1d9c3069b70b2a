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

    [Fact]
    public void Fewer_bits_need_less_memory_except_in_the_reference()
    {
        new TinyLlama(layers: 2, hidden: 512, headDimension: 128, vocabulary: TinyTokenizer.Size).WriteFolder(_folder);
        long Estimate(WeightFormat format, string kind = EngineCatalog.OnnxRuntime)
        {
            var options = new FineTuneOptions
            {
                Model = _folder,
                TrainData = "d",
                Output = "o",
                Engine = new EngineOptions { Weights = format, Name = kind },
            };
            using var model = LocalModel.Open(options.Model, options.Engine);
            return MemoryEstimate.Of(model, options, 0, PrefixKind.Tokens);
        }

        Assert.True(Estimate(WeightFormat.Float32) > Estimate(WeightFormat.Int8));
        Assert.True(Estimate(WeightFormat.Float32) > Estimate(WeightFormat.Int4));
        Assert.Equal(Estimate(WeightFormat.Float32, EngineCatalog.Reference), Estimate(WeightFormat.Int4, EngineCatalog.Reference));
    }
}
