using MobiZO.Checkpoints;
using MobiZO.Models;
using MobiZO.TestKit;
using MobiZO.Tests.Training;

namespace MobiZO.Tests.Models;

/// <summary>The rule of <see cref="WeightFormat.Auto"/>.</summary>
public sealed class ChosenWeightsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mobizo-weights-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void QuantisedFilesStayAsTheyAre()
    {
        var path = Path.Combine(_folder, "8b.Q4_K_M.gguf");
        LargeGguf.Write(path);
        using var checkpoint = Checkpoint.Open(path);
        var options = new EngineOptions();
        ChosenWeights Of(EngineOptions other) => ChosenWeights.Of(checkpoint, other);

        Assert.Equal(
            new ChosenWeights(
                WeightFormat.Stored,
                "Weights stored: every code of the file is kept; EngineOptions.Weights = WeightFormat.Float32 is faster and takes more "
                    + "memory."
            ),
            Of(options)
        );

        // What is asked for is not argued with, and an engine without codes of 4 bits has no choice.
        Assert.Equal(new ChosenWeights(WeightFormat.Int8), Of(options with { Weights = WeightFormat.Int8 }));
        Assert.Equal(new ChosenWeights(WeightFormat.Float32), Of(options with { Weights = WeightFormat.Float32 }));
        Assert.Equal(new ChosenWeights(WeightFormat.Float32), Of(options with { Name = EngineCatalog.ExecuTorch }));
    }

    [Fact]
    public void FilesWithoutCodesAreFp32()
    {
        using var checkpoint = Checkpoint.Open(Path.Combine(Shared.Repository, "models", "nano"));
        Assert.Equal(new ChosenWeights(WeightFormat.Float32), ChosenWeights.Of(checkpoint, new EngineOptions { LowMemory = true }));
    }
}
