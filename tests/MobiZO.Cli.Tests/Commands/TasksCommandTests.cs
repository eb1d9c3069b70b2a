using System.Text.Json;
using MobiZO.Tasks;

namespace MobiZO.Cli.Tests.Commands;

public sealed class TasksCommandTests : IDisposable
{
    private const string Head = "sentence\tlabel\n";

    private readonly Workspace _workspace = new();

    public TasksCommandTests()
    {
        var rows = string.Concat(Enumerable.Range(0, 6).Select(i => $"a film of number {i} {(i % 2 == 0 ? "bad" : "good")}\t{i % 2}\n"));
        Directory.CreateDirectory(_workspace.PathOf("tasks/SST-2"));
        File.WriteAllText(_workspace.PathOf("tasks/SST-2/train.tsv"), Head + rows + rows.Replace("film", "song", StringComparison.Ordinal));
        File.WriteAllText(_workspace.PathOf("tasks/SST-2/dev.tsv"), Head + rows);
    }

    private string Folder => _workspace.PathOf("tasks");

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public async Task TheListNamesEveryTask()
    {
        var result = await Cli.RunAsync("tasks");

        Assert.Equal(0, result.ExitCode);
        Assert.All(
            ReadyTasks.All,
            task => Assert.Contains(result.Output.Split('\n'), line => line.StartsWith(task.Name + " ", StringComparison.Ordinal))
        );
        using var json = JsonDocument.Parse((await Cli.RunAsync("tasks", "--json")).Output);
        Assert.Equal(ReadyTasks.All.Count, json.RootElement.GetArrayLength());
    }

    [Fact]
    public async Task ATaskIsShownWhole()
    {
        var result = await Cli.RunAsync("tasks", "rte");

        Assert.Equal(0, result.ExitCode);
        foreach (
            var part in new[] { "{premise}\\nDoes this mean", "premise = {premise|sentence1}", "'Yes' for entailment, 0", "train.tsv" }
        )
        {
            Assert.Contains(part, result.Output, StringComparison.Ordinal);
        }
    }

    /// <summary>A line for what a file does not say would be empty.</summary>
    [Fact]
    public async Task ATaskOfALetterEachIsShownWithoutEmptyLines()
    {
        var file = _workspace.PathOf("letters.json");
        await File.WriteAllTextAsync(file, """{"name":"a","title":"b","metric":"accuracy","template":"{x}","label_words":"@letters"}""");

        var result = await Cli.RunAsync("tasks", file);

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("words      @letters: a letter for each label", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("source ", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("folders ", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "expected one of sst2, rte", "tasks", "sst3")]
    [InlineData(2, "expected one of sst2, rte", "train", "--task", "sst3")]
    [InlineData(2, "'--data-dir' needs '--task'", "train", "--data-dir", "here")]
    [InlineData(2, "'--task' needs '--data-dir'", "train", "--task", "sst2", "--model", "m", "--output", "o")]
    [InlineData(3, "not-there", "train", "--task", "sst2", "--resume", "--output", "not-there")]
    [InlineData(2, "'--task' needs '--data-dir'", "eval", "--task", "sst2", "--model", "m")]
    [InlineData(2, "'--protocol-scale' needs '--protocol paper'", "train", "--protocol-scale", "0.5")]
    [InlineData(2, "--protocol: expected one of ours, paper", "train", "--protocol", "theirs")]
    [InlineData(3, "expected the folder of a task's data, found none", "eval", "--task", "rte", "--data-dir", "not-there")]
    public async Task WhatDoesNotFitIsRefused(int code, string message, params string[] args)
    {
        var result = await Cli.RunAsync(args);

        Assert.Equal(code, result.ExitCode);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFolderWithoutTheFilesIsRefusedByTheirNames()
    {
        var result = await Cli.RunAsync("train", "--task", "rte", "--data-dir", Folder, "--model", Cli.Nano);

        Assert.Equal(3, result.ExitCode);
        Assert.Contains("expected training rows of the task rte, in a file train.tsv or", result.Error, StringComparison.Ordinal);
        Assert.Contains("--data", result.Error, StringComparison.Ordinal);
    }

    /// <summary>The run file holds what the task stands for; options that are given take their place.</summary>
    [Fact]
    public async Task ADryRunWritesWhatTheTaskStandsFor()
    {
        var result = await Cli.RunAsync([
            "train",
            "--task",
            "sst2",
            "--data-dir",
            Folder,
            "--model",
            Cli.Nano,
            "--protocol",
            "paper",
            "--protocol-scale",
            "0.001",
            "--few-shot",
            "2",
            "--choices",
            " poor, rich",
            "--steps",
            "3",
            "--dry-run",
            .. Workspace.Engine,
        ]);

        Assert.True(result.ExitCode == 0, result.Error);
        string[] expected =
        [
            $"train_data: \"{_workspace.PathOf("tasks/SST-2/train.tsv")}\"",
            $"eval_data: \"{_workspace.PathOf("tasks/SST-2/dev.tsv")}\"",
            "loss: choices",
            "steps: 3",
            "eval_every: 1",
            "eval_max_rows: 1000",
            "reported: best",
            "first_rows: true",
            "few_shot: 2",
            "template: \"{sentence} It was\"",
            "choices: [\" poor\", \" rich\"]",
        ];
        Assert.All(expected, line => Assert.Contains(line, result.Output, StringComparison.Ordinal));
        Assert.DoesNotContain("label_words", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\n  max_rows", result.Output, StringComparison.Ordinal);
        Assert.Contains("12 rows read, 4 used", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ATaskIsTrainedResumedAndScoredAsItWasMeasured()
    {
        string[] task = ["--task", "sst2", "--data-dir", Folder];
        string[] options = ["--model", Cli.Nano, "--output", _workspace.PathOf("run"), .. Workspace.Engine];
        var run = await Cli.RunAsync(["train", .. task, .. options, "--protocol", "paper", "--protocol-scale", "0.0001", "--json"]);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("the best of 3 evaluations as the paper reports it", run.Error, StringComparison.Ordinal);
        using var report = JsonDocument.Parse(run.Output);

        var resumed = await Cli.RunAsync("train", "--resume", "--output", _workspace.PathOf("run"));
        var scored = await Cli.RunAsync(["eval", "--run", _workspace.PathOf("run"), .. task, "--json"]);

        Assert.True(resumed.ExitCode == 0, resumed.Error);

        // The run names its files, so that the task alone need not.
        var named = await Cli.RunAsync("train", "--task", "sst2", "--resume", "--output", _workspace.PathOf("run"));
        Assert.True(named.ExitCode == 0, named.Error);
        Assert.True(scored.ExitCode == 0, scored.Error);
        using var found = JsonDocument.Parse(scored.Output);
        Assert.Equal(
            report.RootElement.GetProperty("best").GetProperty("choice_loss").GetDouble(),
            found.RootElement.GetProperty("choice_loss").GetDouble(),
            1e-4
        );
    }

    [Fact]
    public async Task FieldsOfARunFileAreThoseOfTheCommandLine()
    {
        var file = _workspace.PathOf("run.yaml");
        await File.WriteAllTextAsync(
            file,
            "data:\n  fields: {sentence: \"{far|sentence:trim}\", label: \"{label}\"}\n  rows_in: [a, a.b]\n"
        );
        string[] options = ["--task", "sst2", "--data-dir", Folder, "--model", Cli.Nano, .. Workspace.Engine];

        var given = await Cli.RunAsync(["train", .. options, "--fields", "sentence={far|sentence:trim},label={label}", "--dry-run"]);

        Assert.True(given.ExitCode == 0, given.Error);
        Assert.Contains("fields: {\"sentence\": \"{far|sentence:trim}\", \"label\": \"{label}\"}", given.Output, StringComparison.Ordinal);
        var written = await Cli.RunAsync([
            "train",
            "--config",
            file,
            "--data",
            _workspace.PathOf("tasks/SST-2/dev.tsv"),
            "--template",
            "{sentence}:",
            "--choices",
            " a, b",
            "--model",
            Cli.Nano,
            "--dry-run",
            .. Workspace.Engine,
        ]);
        Assert.True(written.ExitCode == 0, written.Error);
        Assert.Contains(
            "fields: {\"sentence\": \"{far|sentence:trim}\", \"label\": \"{label}\"}",
            written.Output,
            StringComparison.Ordinal
        );
        Assert.Contains("rows_in: [\"a\", \"a.b\"]", written.Output, StringComparison.Ordinal);
    }
}
