using System.Text.Json;

namespace MobiZO.Cli.Tests.Commands;

public sealed class TrainCommandTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public async Task TrainsAndReports()
    {
        var result = await Cli.RunAsync(
            _workspace.Train(
                "run",
                "--eval-fraction",
                "0.25",
                "--test-data",
                _workspace.Data,
                "--steps",
                "6",
                "--eval-every",
                "3",
                "--json"
            )
        );

        Assert.True(result.ExitCode == 0, result.Error);
        using var report = JsonDocument.Parse(result.Output);
        var root = report.RootElement;
        Assert.Equal("completed", root.GetProperty("end").GetString());
        Assert.Equal(6, root.GetProperty("steps").GetInt32());
        Assert.Equal([0, 3, 6], root.GetProperty("evaluations").EnumerateArray().Select(point => point.GetProperty("step").GetInt32()));
        Assert.Equal(24, root.GetProperty("test").GetProperty("rows").GetInt32());
        Assert.True(File.Exists(_workspace.Adapter("run")));

        Assert.Contains(
            result.ErrorLines,
            line => line.StartsWith("model      llama, 6 layers, hidden 256, 5,475,584 parameters in F16", StringComparison.Ordinal)
        );
        Assert.Contains("trainable: 1,536 of 5,477,120 parameters (0.03 %) in 3 modules", result.ErrorLines);
        string[] steps =
        [
            .. result.ErrorLines.Where(line => line.StartsWith("step ", StringComparison.Ordinal) && char.IsAsciiDigit(line[5])),
        ];
        Assert.Equal(6, steps.Length);
        Assert.All(steps, line => Assert.Matches(@"^step \d+/6  loss \d\.\d{4}  lr [0-9.E-]+  \d+ ms$", line));
        Assert.StartsWith("step 1/6  loss ", steps[0], StringComparison.Ordinal);
        Assert.Equal(
            3,
            result.ErrorLines.Count(line =>
                line.StartsWith("eval ", StringComparison.Ordinal) && line.Contains("accuracy", StringComparison.Ordinal)
            )
        );
        var estimate = result.ErrorLines.ToList().FindIndex(line => line.StartsWith("estimate", StringComparison.Ordinal));
        Assert.True(Array.IndexOf([.. result.ErrorLines], steps[0]) > estimate);
        Assert.Contains(result.ErrorLines, line => line.StartsWith("held-out", StringComparison.Ordinal));
        Assert.Contains(result.ErrorLines, line => line.Contains("chosen on the evaluation rows", StringComparison.Ordinal));
    }

    /// <summary>The loss of a step is a mixture then, and no evaluation's loss can be compared with it.</summary>
    [Fact]
    public async Task TheShareOfTheTokenLossIsTold()
    {
        var result = await Cli.RunAsync(_workspace.Train("run", "--token-share", "0.1", "--steps", "2"));

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Single(
            result.ErrorLines,
            line => line.EndsWith(", loss over the label words, 0.1 of it over the vocabulary", StringComparison.Ordinal)
        );
        Assert.Contains(
            "loss       of steps over the label words, 0.1 of it over the vocabulary;",
            result.Output,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task ADryRunOnlyPlans()
    {
        var result = await Cli.RunAsync(_workspace.Train("run", "--dry-run", "--json"));

        Assert.True(result.ExitCode == 0, result.Error);
        using var plan = JsonDocument.Parse(result.Output);
        Assert.Equal(1536, plan.RootElement.GetProperty("trainable_parameters").GetInt32());
        Assert.False(Directory.Exists(_workspace.PathOf("run")));
    }

    [Fact]
    public async Task OneCopyIsNoPlural()
    {
        var arguments = _workspace.Train("run", "--dry-run", "--estimator", "guided").ToList();
        arguments.RemoveRange(arguments.IndexOf("--queries"), 2);

        var result = await Cli.RunAsync([.. arguments]);

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("step       1 copy of 2 examples: 2 rows in ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ADryRunNeedsNoOutput()
    {
        var arguments = _workspace.Train("run", "--dry-run").ToList();
        arguments.RemoveRange(arguments.IndexOf("--output"), 2);

        var result = await Cli.RunAsync([.. arguments]);

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Matches(@"(?m)^prompts    \d+ cached, \d+ (computed|to compute)", result.Error);
        Assert.DoesNotContain("\noutput:", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheRunFileOfADryRunGivesTheSameRun()
    {
        string[] settings = ["--steps", "2", "--seed", "7", "--label-words", "0= negative,1= positive", "--scope", "all"];
        var arguments = _workspace.Train("given", settings).ToList();
        arguments.RemoveRange(arguments.IndexOf("--choices"), 2);
        var plan = await Cli.RunAsync([.. arguments, "--dry-run"]);
        Assert.True(plan.ExitCode == 0, plan.Error);
        Assert.False(Directory.Exists(_workspace.PathOf("given")));
        var file = _workspace.PathOf("run.yaml");
        await File.WriteAllTextAsync(file, plan.Output);

        var given = await Cli.RunAsync([.. arguments]);
        var read = await Cli.RunAsync("train", "--config", file, "--output", _workspace.PathOf("read"));

        Assert.True(given.ExitCode == 0, given.Error);
        Assert.True(read.ExitCode == 0, read.Error);
        Assert.Equal(await File.ReadAllBytesAsync(_workspace.Adapter("given")), await File.ReadAllBytesAsync(_workspace.Adapter("read")));
        var again = await Cli.RunAsync("train", "--config", file, "--dry-run");
        Assert.Equal(plan.Output, again.Output);
    }

    [Fact]
    public async Task OptionsComeBeforeTheRunFile()
    {
        var file = _workspace.PathOf("run.yaml");
        await File.WriteAllTextAsync(
            file,
            "train_data: train.tsv\nsteps: 5\nseed: 3\nadapter: {scope: all}\ndata: {choices: [\" negative\", \" positive\"]}\n"
        );

        var result = await Cli.RunAsync([
            "train",
            "--config",
            file,
            "--model",
            Cli.Nano,
            "--steps",
            "6",
            "--queries",
            "2",
            "--dry-run",
            .. Workspace.Engine,
        ]);

        Assert.True(result.ExitCode == 0, result.Error);
        var lines = result.Output.Split('\n');
        Assert.Contains("steps: 6", lines);
        Assert.Contains("seed: 3", lines);
        Assert.Contains("  scope: all", lines);
        Assert.Contains("  queries: 2", lines);
        Assert.Contains($"train_data: \"{_workspace.Data}\"", lines);
    }

    [Fact]
    public async Task ARunFileWithErrorsIsAUsageError()
    {
        var file = _workspace.PathOf("run.yaml");
        await File.WriteAllTextAsync(file, "model: m\ntrain_dat: d\n");

        var result = await Cli.RunAsync("train", "--config", file);

        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.Equal(
            [$"error: {file}, line 2, column 1: key 'train_dat': expected a setting, found an unknown one. Did you mean 'train_data'?"],
            result.ErrorLines
        );
    }

    [Fact]
    public async Task TheNextRunTellsThatItsPromptsAreCached()
    {
        // A type of its own: the cache folder is that of all tests.
        string[] settings = ["--steps", "1", "--prefix-cache-type", "fp32"];
        var first = await Cli.RunAsync(_workspace.Train("first", settings));
        Assert.True(first.ExitCode == 0, first.Error);
        Assert.Contains("training prompts: 0 cached, 24 to compute", first.Error, StringComparison.Ordinal);

        var second = await Cli.RunAsync(_workspace.Train("second", [.. settings, "--seed", "7"]));

        Assert.Contains("prompts    0 cached, 24 computed", first.Error, StringComparison.Ordinal);
        Assert.Contains("training prompts: 24 cached, 0 to compute", second.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("caching training prompts", second.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CutPromptsAreWarnedOf()
    {
        var result = await Cli.RunAsync(_workspace.Train("run", "--dry-run", "--max-length", "12"));

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("warning: 24 of 24 training rows were cut to 12 tokens", result.Error, StringComparison.Ordinal);
        Assert.Contains("Raise --max-length", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ResumingWithOtherSettingsIsRefused()
    {
        var run = await Cli.RunAsync(_workspace.Train("run", "--steps", "1"));
        Assert.True(run.ExitCode == 0, run.Error);

        var result = await Cli.RunAsync("train", "--resume", "--output", _workspace.PathOf("run"), "--seed", "7");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("seed", result.Error, StringComparison.Ordinal);
    }
}
