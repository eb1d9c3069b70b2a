using System.Diagnostics;
using MobiZO.Checkpoints;
using MobiZO.Checkpoints.WeightFiles;
using MobiZO.Models;
using MobiZO.Reporting;
using MobiZO.Training;

namespace MobiZO.Tests.Training;

/// <summary>A model of 8 billion weights on paper: opening, planning and refusing read little of them, and no number overflows.</summary>
public sealed class LargeModelTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mobizo-large-").FullName;
    private readonly string _path;

    public LargeModelTests()
    {
        _path = Path.Combine(_folder, "8b.Q4_K_M.gguf");
        LargeGguf.Write(_path);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void TheFileIsAHole()
    {
        using var model = Open(WeightFormat.Stored);
        Assert.InRange(new FileInfo(_path).Length, 4_900_000_000, 5_000_000_000);
        Assert.Equal(8_030_261_248, ModelFacts.ParametersOf(model.Checkpoint));

        // Zeros everywhere, also behind the first 4 GB.
        var (values, codes) = (new float[100], new sbyte[64]);
        var (scales, offsets) = (new float[4], new float[4]);
        values.AsSpan().Fill(1);
        model.Checkpoint.Read("lm_head.weight", ((long)LargeGguf.Vocabulary * LargeGguf.Hidden) - values.Length, values);
        Assert.All(values, value => Assert.Equal(0, value));
        model.Checkpoint.ReadBlocks("lm_head.weight", ((long)LargeGguf.Vocabulary * LargeGguf.Hidden / 16) - 4, codes, scales, offsets);
        Assert.All(codes, code => Assert.Equal(-32, code));
        Assert.Throws<CheckpointException>(() =>
            model.Checkpoint.Read("lm_head.weight", ((long)LargeGguf.Vocabulary * LargeGguf.Hidden) - 99, values)
        );
    }

    [Fact]
    public void TheFilesOfAllFormatsAreLaidOut()
    {
        using var model = Open(WeightFormat.Stored);
        long Length(WeightFormat format)
        {
            var source = QuantizedWeights.In(format, model.Checkpoint);
            return WeightLayout.Of(source, source.Names).Length;
        }

        // Q4_K: 4 bits with scale and offset of 32, 6 bits a weight. Q6_K: 8 bits with a scale of 16, 10 bits.
        Assert.InRange(Length(WeightFormat.Float32), 32_121_000_000, 32_122_000_000);
        Assert.InRange(Length(WeightFormat.Stored), 6_700_000_000, 6_900_000_000);
        Assert.InRange(Length(WeightFormat.Int4), 6_000_000_000, 6_400_000_000);
        Assert.InRange(Length(WeightFormat.Int8), 10_000_000_000, 10_100_000_000);
    }

    /// <summary>Pages of a hole count as resident when they were touched: little of the file was.</summary>
    [Fact]
    public void PlanningTouchesNoWeights()
    {
        var before = ResidentBytes();
        using var model = Open(WeightFormat.Stored);
        var preview = AdapterPreview.Of(model, Options(WeightFormat.Stored));
        Assert.InRange(ResidentBytes() - before, long.MinValue, 3L << 30);
        Assert.Equal(8_030_261_248, preview.BaseParameters);
        Assert.InRange(preview.EstimatedMemoryBytes, 10L << 30, 14L << 30);
    }

    [Fact]
    public void WhatItTakesIsToldAndTooMuchIsRefused()
    {
        const long Available = 24L << 30;
        using var whole = Open(WeightFormat.Float32);
        var error = Assert.Throws<FineTuneException>(() => WeightRoom.Require(whole, new EngineOptions(), Available));
        Assert.Equal(FineTuneFailure.Settings, error.Failure);
        Assert.Contains(
            "8.0 billion weights (4.6 GB as stored) take as fp32 29.9 GB in the cache and 29.9 GB of memory beside it, "
                + "and the machine has 24.0 GB. Set",
            error.Message,
            StringComparison.Ordinal
        );

        using var kept = Open(WeightFormat.Stored);
        Assert.Matches(
            @"^8\.0 billion weights \(4\.6 GB as stored\) take as stored 6\.\d GB in the cache and [3-5]\.\d GB of memory beside",
            WeightRoom.Require(kept, new EngineOptions(), Available)
        );
        using var unpacked = LocalModel.Open(_path, new EngineOptions { LowMemory = true });
        Assert.Contains("0.0 GB of memory", WeightRoom.Require(unpacked, new EngineOptions(), 1), StringComparison.Ordinal);
    }

    /// <summary>An engine without codes that reads no weights in the cache is not advised to do so.</summary>
    [Fact]
    public void TheAdviceFitsTheEngine()
    {
        using var model = Open(WeightFormat.Float32);
        string Advice(EngineOptions engine) =>
            Assert.Throws<FineTuneException>(() => WeightRoom.Require(model, engine, 24L << 30)).Message.Split("24.0 GB. ")[1];

        Assert.StartsWith("Set EngineOptions.Weights = WeightFormat.Stored", Advice(new EngineOptions()), StringComparison.Ordinal);
        Assert.Equal(
            "Set EngineOptions.Weights = WeightFormat.Int8, or another engine as EngineOptions.Name.",
            Advice(new EngineOptions { Name = EngineCatalog.ExecuTorch })
        );
    }

    private static long ResidentBytes()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    private static FineTuneOptions Options(WeightFormat format) =>
        new()
        {
            Model = "m",
            TrainData = "d",
            Output = "o",
            Engine = new EngineOptions { Weights = format },
        };

    private LocalModel Open(WeightFormat format) => LocalModel.Open(_path, new EngineOptions { Weights = format });
}
