using System.Text.Json;

namespace MobiZO.Cli.Tests.Commands;

public sealed class ProbeTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public async Task AProbeIsTrainedAndEvaluatedAndDoesNothingElse()
    {
        var run = await Cli.RunAsync(_workspace.Train("run", "--method", "probe", "--eval-data", _workspace.Data));
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("The probe reads layer", run.Error, StringComparison.Ordinal);
        Assert.Contains("probe      accuracy", run.Output, StringComparison.Ordinal);
        var probe = Path.Combine(_workspace.PathOf("run"), "probe.safetensors");

        var eval = await Cli.RunAsync("eval", "--run", _workspace.PathOf("run"), "--data", _workspace.Data, "--json");
        Assert.True(eval.ExitCode == 0, eval.Error);
        using var document = JsonDocument.Parse(eval.Output);
        using var report = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(_workspace.PathOf("run"), "report.json")));
        Assert.Equal(
            report.RootElement.GetProperty("last").GetProperty("correct").GetInt32(),
            document.RootElement.GetProperty("correct").GetInt32()
        );
        Assert.True(document.RootElement.GetProperty("probe_layer").GetInt32() > 0);

        foreach (
            var (code, said, command) in new (int, string, string[])[]
            {
                (3, "is a probe and no adapter", ["generate", "--model", Cli.Nano, "--adapter", probe, "--prompt", "Hello"]),
                (3, "is a probe and no adapter", ["export", "--run", _workspace.PathOf("run"), "--output", _workspace.PathOf("app")]),
                (2, "nothing to replay", ["replay", _workspace.PathOf("run")]),
                (4, "already holds a probe", _workspace.Train("run")),
            }
        )
        {
            var result = await Cli.RunAsync(command);
            Assert.True(result.ExitCode == code, $"{command[0]}: {result.ExitCode} {result.Error}");
            Assert.Contains(said, result.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task ARunTellsItsAnchorsAndWritesItsPredictions()
    {
        var predictions = _workspace.PathOf("predictions.csv");
        string[] settings = ["--steps", "2", "--eval-data", _workspace.Data, "--predictions", predictions];
        var run = await Cli.RunAsync(_workspace.Train("run", settings));

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("anchors    majority 0.500, zero-shot", run.Output, StringComparison.Ordinal);
        Assert.Contains("logistic probe (layer", run.Output, StringComparison.Ordinal);
        Assert.Contains("labels     macro F1", run.Output, StringComparison.Ordinal);
        Assert.Matches("says       the word by itself, written greedily, in [0-9]+ of [0-9]+ rows that it gets right", run.Output);
        Assert.Contains("work       ", run.Output, StringComparison.Ordinal);
        var lines = await File.ReadAllLinesAsync(predictions);
        Assert.Equal(25, lines.Length);
        Assert.Equal("line,text,label,prediction,probability,correct,answer,answer_score", lines[0]);
        Assert.StartsWith("2,\"bad sad night number 0\",\" negative\",\"", lines[1], StringComparison.Ordinal);

        // Its own kind is replaced, something else is not.
        var again = await Cli.RunAsync(_workspace.Train("again", [.. settings, "--no-anchors"]));
        Assert.True(again.ExitCode == 0, again.Error);
        Assert.Contains("says ", again.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("anchors ", again.Output, StringComparison.Ordinal);
        await File.WriteAllTextAsync(predictions, "a,b\n1,2\n");
        var refused = await Cli.RunAsync(_workspace.Train("refused", settings));
        Assert.Equal(4, refused.ExitCode);
        Assert.Contains("holds something else", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ADryRunOfAProbeIsCheckedAndHasNoPlan()
    {
        var good = await Cli.RunAsync(_workspace.Train("run", "--method", "probe", "--dry-run"));
        Assert.True(good.ExitCode == 0, good.Error);
        Assert.Contains("method: probe", good.Output, StringComparison.Ordinal);

        var json = await Cli.RunAsync(_workspace.Train("run", "--method", "probe", "--dry-run", "--json"));
        Assert.Equal((ExitCodes.Usage, ""), (json.ExitCode, json.Output));
        Assert.Contains("there is no plan for '--json'", json.Error, StringComparison.Ordinal);

        var bare = await Cli.RunAsync("train", "--method", "probe", "--dry-run");
        Assert.Equal((ExitCodes.Usage, ""), (bare.ExitCode, bare.Output));
    }

    [Fact]
    public async Task PredictionsNeedRowsToPredict()
    {
        var run = await Cli.RunAsync(_workspace.Train("run", "--predictions", _workspace.PathOf("predictions.csv")));
        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.Contains("'--predictions' needs rows to predict", run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_workspace.PathOf("run")));
    }

    [Fact]
    public async Task NothingHeldOutIsWarnedOf()
    {
        var run = await Cli.RunAsync(_workspace.Train("run", "--steps", "1"));
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("warning: No rows are held out, so that nothing will tell what the run learned: give --eval-data", run.Error);
    }
}
