using MobiZO.Checkpoints;
using MobiZO.OnnxRuntime.Session;
using MobiZO.Programs.Engines;
using MobiZO.TestKit.Tiny;

namespace MobiZO.OnnxRuntime.Tests.Session;

public sealed class OnnxMemoryTests
{
    private static readonly TinyLlama s_model = new(hidden: 64, headDimension: 16, vocabulary: 96, tied: false);
    private static readonly long s_tables = 2L * 96 * 64;
    private static readonly long s_vectors = 5L * 64;
    private static readonly long s_linears = s_model.Names.Sum(name => (long)s_model.Values(name).Length) - s_tables - s_vectors;

    /// <summary>Counted by hand: bits a weight, a scale and perhaps an offset for 32 weights; what is repacked comes on top.</summary>
    [Fact]
    public void Weights_are_counted_in_their_format()
    {
        var bytes = 4 * (s_tables + s_vectors + s_linears);
        Assert.Equal(new EngineMemory(bytes, bytes), Of(WeightFormat.Float32));
        Assert.Equal(new EngineMemory(((s_tables + s_linears) * 36 / 32) + (4 * s_vectors), 4 * s_vectors), Of(WeightFormat.Int8));
        var int4 = new EngineMemory(
            (s_tables * 36 / 32) + (s_linears * 24 / 32) + (4 * s_vectors),
            (s_linears * 20 / 32) + (4 * s_vectors)
        );
        Assert.Equal(int4, Of(WeightFormat.Int4));
    }

    [Fact]
    public void Nothing_is_repacked_with_little_memory() => Assert.Equal(0, Of(WeightFormat.Float32, isLowMemory: true).PackedBytes);

    private static EngineMemory Of(WeightFormat format, bool isLowMemory = false)
    {
        using var engine = new OnnxRuntimeEngine(
            new EngineSettings
            {
                CacheFolder = "unused",
                Weights = format,
                LowMemory = isLowMemory,
            }
        );
        return engine.MemoryOf(s_model);
    }
}
