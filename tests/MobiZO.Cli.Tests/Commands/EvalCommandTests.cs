using System.Text.Json;

namespace MobiZO.Cli.Tests.Commands;

public sealed class EvalCommandTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [InlineData("activated")]
    [InlineData("all")]
    public async Task ScoresLikeTheRunDid(string scope)
    {
        string[] settings = ["--steps", "3", "--scope", scope, "--target-modules", "q,k,v"];
        var run = await Cli.RunAsync(
            _workspace.Train("run", [.. settings, "--eval-data", _workspace.Data, "--test-data", _workspace.Data, "--json"])
        );
        Assert.True(run.ExitCode == 0, run.Error);
        using var report = JsonDocument.Parse(run.Output);

        var predictions = _workspace.PathOf("predictions.jsonl");
        var result = await Cli.RunAsync(
            "eval",
            "--run",
            _workspace.PathOf("run"),
            "--data",
            _workspace.Data,
            "--predictions",
            predictions,
            "--json"
        );

        Assert.True(result.ExitCode == 0, result.Error);
        using var document = JsonDocument.Parse(result.Output);
        var (found, best, heldOut) = (document.RootElement, report.RootElement.GetProperty("best"), report.RootElement.GetProperty("test"));
        Assert.Equal(scope, found.GetProperty("scope").GetString());
        foreach (var name in new[] { "accuracy", "choice_loss", "token_loss" })
        {
            Assert.Equal(best.GetProperty(name).GetDouble(), found.GetProperty(name).GetDouble(), 1e-4);
            Assert.Equal(best.GetProperty(name).GetDouble(), heldOut.GetProperty(name).GetDouble(), 1e-4);
        }

        Assert.Equal(
            24,
            found.GetProperty("confusion").EnumerateArray().SelectMany(row => row.EnumerateArray()).Sum(count => count.GetInt32())
        );
        var lines = await File.ReadAllLinesAsync(predictions);
        Assert.Equal(24, lines.Length);
        using var first = JsonDocument.Parse(lines[0]);
        Assert.Equal(2, first.RootElement.GetProperty("line").GetInt32());
        Assert.Equal(" negative", first.RootElement.GetProperty("label").GetString());
        Assert.Equal(2, first.RootElement.GetProperty("scores").GetArrayLength());
    }

    /// <summary>Warnings go to standard error, so that they are seen beside JSON too.</summary>
    [Fact]
    public async Task RowsOfOneLabelAndRowsBeyondTheContextAreWarnedOf()
    {
        var data = _workspace.PathOf("long.tsv");
        var text = string.Concat(Enumerable.Repeat("word ", 600));
        await File.WriteAllTextAsync(data, $"text\tlabel\n{text}\t1\nshort\t1\n");

        var result = await Cli.RunAsync(Workspace.Eval(data, "--max-length", "4000", "--json"));

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains(
            "warning: --max-length 4000 is limited to the model's context of 512 tokens.",
            result.Error,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "warning: 1 of 2 evaluation rows were cut to 512 tokens, the model's context",
            result.Error,
            StringComparison.Ordinal
        );
        Assert.Contains("warning: All 2 evaluation rows have the label word ' positive'", result.Error, StringComparison.Ordinal);
        using var document = JsonDocument.Parse(result.Output);
        Assert.InRange(document.RootElement.GetProperty("data").GetProperty("lengths").GetProperty("max").GetInt32(), 500, 512);
    }

    [Fact]
    public async Task ScoresTheBaseModelAsText()
    {
        var result = await Cli.RunAsync([
            "eval",
            "--model",
            Cli.Nano,
            "--data",
            _workspace.Data,
            "--choices",
            " negative, positive",
            "--template",
            "{text}:",
            .. Workspace.Engine,
        ]);

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("evaluating: 24 of 24 rows", result.Error, StringComparison.Ordinal);
        Assert.Contains("adapter    none", result.Output, StringComparison.Ordinal);
        Assert.Contains("right \\ predicted", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ATemplateWithoutTheInvocationTokensIsRefused()
    {
        var run = await Cli.RunAsync(_workspace.Train("run", "--steps", "1"));
        Assert.True(run.ExitCode == 0, run.Error);

        var result = await Cli.RunAsync("eval", "--run", _workspace.PathOf("run"), "--data", _workspace.Data, "--template", "{text} =");

        Assert.Equal(3, result.ExitCode);
        Assert.Contains($"{_workspace.Data}, line 2: found a prompt without", result.Error, StringComparison.Ordinal);
        Assert.Contains("alora_invocation_tokens", result.Error, StringComparison.Ordinal);
    }
}
