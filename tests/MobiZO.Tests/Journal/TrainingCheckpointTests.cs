using MobiZO.Checkpoints.Safetensors;
using MobiZO.Journal;
using MobiZO.Optimization;
using MobiZO.Programs.Ops;

namespace MobiZO.Tests.Journal;

public sealed class TrainingCheckpointTests
{
    [Fact]
    public void A_run_continued_from_a_checkpoint_ends_with_the_same_bits()
    {
        var options = new OptimizerOptions
        {
            Estimator = EstimatorKind.TwoSided,
            Queries = 3,
            Momentum = 0.9f,
            LearningRate = 0.01f,
        };
        using var whole = new JournalRun(options);
        whole.TrainAndClose(12);

        using var first = new JournalRun(options);
        var path = Path.Combine(first.Folder, "checkpoint.safetensors");
        using (var writer = first.Create())
        {
            first.Train(writer, 6);
            new TrainingCheckpoint
            {
                NextStep = first.Optimizer.NextStep,
                B = first.Optimizer.B.ToArray(),
                Moments = first.Optimizer.Moments.ToArray(),
            }.Save(path, first.Header);
            first.Train(writer, 3);
        }

        using var second = new JournalRun(options);
        var checkpoint = TrainingCheckpoint.Load(path, second.Header);
        second.Optimizer.Restore(checkpoint.NextStep, checkpoint.B, checkpoint.Moments);
        using (var writer = first.Resume(checkpoint.NextStep))
        {
            second.Train(writer, 6);
        }

        Assert.Equal(whole.Optimizer.B.ToArray(), second.Optimizer.B.ToArray());
        Assert.Equal(File.ReadAllBytes(whole.Path), File.ReadAllBytes(first.Path));
    }

    [Fact]
    public void Everything_reads_back()
    {
        using var run = new JournalRun();
        var path = Path.Combine(run.Folder, "checkpoint.safetensors");
        var saved = new TrainingCheckpoint { NextStep = 7, B = [.. Enumerable.Range(0, run.Header.Layout.Total).Select(k => k / 3f)] };
        saved.Save(path, run.Header);
        saved.Save(path, run.Header);
        var loaded = TrainingCheckpoint.Load(path, run.Header);
        Assert.Equal(saved.NextStep, loaded.NextStep);
        Assert.Equal(saved.B, loaded.B);
        Assert.Empty(loaded.Moments);
        Assert.Equal([path], Directory.GetFiles(run.Folder));
    }

    [Fact]
    public void A_checkpoint_of_another_run_is_refused_naming_every_difference()
    {
        using var run = new JournalRun();
        var path = Path.Combine(run.Folder, "checkpoint.safetensors");
        new TrainingCheckpoint { NextStep = 0, B = new float[run.Header.Layout.Total] }.Save(path, run.Header);
        var error = Assert.Throws<JournalException>(() => TrainingCheckpoint.Load(path, run.Header with { Seed = 8, TotalSteps = 99 }));
        Assert.Contains("seed: 18446744073709551611 / 8", error.Message, StringComparison.Ordinal);
        Assert.Contains("total_steps: 12 / 99", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lengths_that_do_not_fit_are_not_saved()
    {
        using var run = new JournalRun();
        var path = Path.Combine(run.Folder, "checkpoint.safetensors");
        Assert.Throws<ArgumentException>(() => new TrainingCheckpoint { NextStep = 0, B = new float[3] }.Save(path, run.Header));
        Assert.Throws<ArgumentException>(() =>
            new TrainingCheckpoint
            {
                NextStep = 0,
                B = new float[run.Header.Layout.Total],
                Moments = new float[1],
            }.Save(path, run.Header)
        );
        Assert.False(File.Exists(path));
    }

    [Theory]
    [InlineData("format", "other")]
    [InlineData("next_step", "-1")]
    [InlineData("next_step", "99999999999999999999")]
    [InlineData("run", "{")]
    public void Damaged_metadata_is_named(string key, string value)
    {
        using var run = new JournalRun();
        var path = Path.Combine(run.Folder, "checkpoint.safetensors");
        new TrainingCheckpoint { NextStep = 0, B = new float[run.Header.Layout.Total] }.Save(path, run.Header);
        var metadata = ReadMetadata(path);
        metadata[key] = value;
        SafetensorsWriter.Write(path, [("b", [run.Header.Layout.Total], new float[run.Header.Layout.Total])], metadata);
        Assert.Contains(
            $"'{key}'",
            Assert.Throws<JournalException>(() => TrainingCheckpoint.Load(path, run.Header)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Missing_files_tensors_and_lengths_are_named()
    {
        using var run = new JournalRun();
        var path = Path.Combine(run.Folder, "checkpoint.safetensors");
        Assert.Throws<JournalException>(() => TrainingCheckpoint.Load(path, run.Header));
        File.WriteAllText(path, "not a checkpoint");
        Assert.Throws<JournalException>(() => TrainingCheckpoint.Load(path, run.Header));
        new TrainingCheckpoint { NextStep = 0, B = new float[run.Header.Layout.Total] }.Save(path, run.Header);
        var metadata = ReadMetadata(path);
        SafetensorsWriter.Write(path, [("c", [1], new float[1])], metadata);
        Assert.Contains(
            "'b'",
            Assert.Throws<JournalException>(() => TrainingCheckpoint.Load(path, run.Header)).Message,
            StringComparison.Ordinal
        );
        SafetensorsWriter.Write(path, [("b", [1], new float[1])], metadata);
        Assert.Contains(
            "expected 36",
            Assert.Throws<JournalException>(() => TrainingCheckpoint.Load(path, run.Header)).Message,
            StringComparison.Ordinal
        );
    }

    private static Dictionary<string, string> ReadMetadata(string path)
    {
        using var file = SafetensorsFile.Open(path);
        return new Dictionary<string, string>(file.Metadata);
    }
}
