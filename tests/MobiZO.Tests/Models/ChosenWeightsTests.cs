using MobiZO.Checkpoints;
using MobiZO.Models;
using MobiZO.TestKit;
using MobiZO.Tests.Training;

namespace MobiZO.Tests.Models;

/// <summary>The rule of <see cref="WeightFormat.Auto"/>; the room is given, so that it does not depend on the machine.</summary>
public sealed class ChosenWeightsTests : IDisposable
{
    private const long Gigabyte = 1L << 30;
    private readonly string _folder = Directory.CreateTempSubdirectory("mobizo-weights-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void QuantisedFilesAreFp32WhereThatLeavesRoom()
    {
        var path = Path.Combine(_folder, "8b.Q4_K_M.gguf");
        LargeGguf.Write(path);
        using var checkpoint = Checkpoint.Open(path);
        var options = new EngineOptions { CacheFolder = Path.Combine(_folder, "cache") };
        ChosenWeights Of(long memory, long? disk, EngineOptions? other = null) =>
            ChosenWeights.Of(checkpoint, other ?? options, new WeightsRoom(memory * Gigabyte, disk * Gigabyte));

        // 29.9 GB as a file, and as much again repacked.
        var roomy = Of(120, 60);
        Assert.Equal(WeightFormat.Float32, roomy.Format);
        Assert.Contains("there is room", roomy.Why, StringComparison.Ordinal);
        Assert.Equal(WeightFormat.Float32, Of(120, null).Format);

        var short1 = Of(119, 60);
        Assert.Equal(WeightFormat.Stored, short1.Format);
        Assert.Equal(
            "Weights as the file stores them, every code kept: as fp32 they would take 59.8 GB, more than half of 119.0 GB of memory.",
            short1.Why
        );
        var short2 = Of(120, 59);
        Assert.Equal(WeightFormat.Stored, short2.Format);
        Assert.Contains("take 29.9 GB, more than half of 59.0 GB that are free in", short2.Why, StringComparison.Ordinal);
        Assert.Equal(WeightFormat.Stored, Of(1000, 1000, options with { LowMemory = true }).Format);

        // What is asked for is not argued with, and an engine without codes of 4 bits has no choice.
        Assert.Equal(new ChosenWeights(WeightFormat.Int8), Of(1, 1, options with { Weights = WeightFormat.Int8 }));
        Assert.Equal(new ChosenWeights(WeightFormat.Float32), Of(1, 1, options with { Name = EngineCatalog.ExecuTorch }));
    }

    /// <summary>What is in the cache needs no more disk: the second run takes what the first one took.</summary>
    [Fact]
    public void AConvertedFileNeedsNoDisk()
    {
        var path = Shared.PathOf("fixtures", "gguf", "qwen2-q80", "model.gguf");
        var options = new EngineOptions { CacheFolder = Path.Combine(_folder, "cache") };
        using var checkpoint = Checkpoint.Open(path);
        var room = new WeightsRoom(Gigabyte, 1);
        Assert.Equal(WeightFormat.Stored, ChosenWeights.Of(checkpoint, options, room).Format);
        using (var model = LocalModel.Open(path, options with { Weights = WeightFormat.Float32 }))
        {
            using var session = model.Engine.Load(model.Assembler.Score(null), model.Checkpoint);
        }

        Assert.Equal(WeightFormat.Float32, ChosenWeights.Of(checkpoint, options, room).Format);
    }

    [Fact]
    public void FilesWithoutCodesAreFp32()
    {
        using var checkpoint = Checkpoint.Open(Path.Combine(Shared.Repository, "models", "nano"));
        Assert.Equal(
            new ChosenWeights(WeightFormat.Float32),
            ChosenWeights.Of(checkpoint, new EngineOptions { LowMemory = true }, new WeightsRoom(1, 1))
        );
    }
}
