namespace MobiZO.Cli.Tests.Commands;

/// <summary>No command replaces what it reads, or a file of something else.</summary>
public sealed class OutputTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public async Task ARunInTheFolderOfItsModelIsRefused()
    {
        var model = CopyOfNano();
        foreach (var output in new[] { "model", "elsewhere/../model" })
        {
            string[] args = [.. _workspace.Train(output, "--steps", "1").Select(arg => arg == Cli.Nano ? model : arg)];
            await Refused("model", args, "folder of the model");
        }
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("report.json")]
    [InlineData("checkpoint.safetensors")]
    [InlineData("adapter/adapter_config.json")]
    [InlineData("best/notes.txt")]
    [InlineData("initial/adapter_model.safetensors")]
    public async Task ARunReplacesNoForeignFile(string name)
    {
        Write($"other/{name}", "mine");

        await Refused("other", _workspace.Train("other", "--steps", "1"), name.Split('/')[0]);
    }

    [Fact]
    public async Task ARunMayShareAFolderAndGoesOnWhereAStartWasKilled()
    {
        Write("shared/notes.txt", "mine");
        Write("killed/config.json", "{}");
        Write("killed/run.lock", "");
        foreach (var folder in new[] { "shared", "killed" })
        {
            var result = await Cli.RunAsync(_workspace.Train(folder, "--steps", "1"));
            Assert.True(result.ExitCode == 0, result.Error);
        }
    }

    [Fact]
    public async Task ASecondStartLeavesTheSettingsOfTheRun()
    {
        Assert.Equal(0, (await Cli.RunAsync(_workspace.Train("run", "--steps", "1"))).ExitCode);

        await Refused("run", _workspace.Train("run", "--steps", "9"), "already holds a run");
    }

    [Fact]
    public async Task AnExportReplacesProgramsOnly()
    {
        var model = CopyOfNano();
        string[] Export(string file) => ["export", "--model", model, "--program", "update", "--output", _workspace.PathOf(file)];
        Write("notes.txt", "mine");
        Write("new.onnx.data", "mine");
        Write("short", "\b");

        await Refused("", Export("notes.txt"), "notes.txt");
        await Refused("", Export("new.onnx"), "new.onnx.data");
        await Refused("", Export("short"), "short");
        await Refused("", Export("model"), "model itself");
        await Refused("", Export("model/config.json"), "config.json");
        foreach (var _ in Enumerable.Range(0, 2))
        {
            var result = await Cli.RunAsync(Export("update.onnx"));
            Assert.True(result.ExitCode == 0, result.Error);
        }
    }

    [Fact]
    public async Task PredictionsReplacePredictionsOnly()
    {
        string[] Eval(string file) => Workspace.Eval(_workspace.Data, [.. Workspace.Engine, "--predictions", _workspace.PathOf(file)]);
        Write("rows.jsonl", """{"line": 1, "text": "mine"}""" + "\n");
        Write("notes.txt", "mine");

        await Refused("", Eval("train.tsv"), "train.tsv");
        await Refused("", Eval("rows.jsonl"), "rows.jsonl");
        await Refused("", Eval("notes.txt"), "notes.txt");
        foreach (var _ in Enumerable.Range(0, 2))
        {
            var result = await Cli.RunAsync(Eval("predictions.jsonl"));
            Assert.True(result.ExitCode == 0, result.Error);
        }
    }

    [Theory]
    [InlineData("run")]
    [InlineData("run/best")]
    [InlineData("run/new")]
    [InlineData("other")]
    public async Task AReplayWritesIntoAFolderOfItsOwn(string folder)
    {
        Assert.Equal(0, (await Cli.RunAsync(_workspace.Train("run", "--steps", "1"))).ExitCode);
        Write("other/adapter_model.safetensors", "mine");

        await Refused("", ["replay", _workspace.PathOf("run"), "--output", _workspace.PathOf(folder)], folder);
    }

    /// <summary>Exit code 4, the reason, and every file below the folder as it was.</summary>
    private async Task Refused(string folder, string[] args, string reason)
    {
        var before = Files(folder);
        var result = await Cli.RunAsync(args);
        Assert.True(result.ExitCode == ExitCodes.Output, result.Output + result.Error);
        Assert.Contains(reason, result.Error, StringComparison.Ordinal);
        Assert.Equal(before, Files(folder));
    }

    private Dictionary<string, string> Files(string folder) =>
        Directory
            .EnumerateFiles(_workspace.PathOf(folder), "*", SearchOption.AllDirectories)
            .ToDictionary(path => path, path => Convert.ToHexString(File.ReadAllBytes(path)), StringComparer.Ordinal);

    private string CopyOfNano()
    {
        foreach (var file in Directory.GetFiles(Cli.Nano))
        {
            Directory.CreateDirectory(_workspace.PathOf("model"));
            File.Copy(file, Path.Combine(_workspace.PathOf("model"), Path.GetFileName(file)));
        }

        return _workspace.PathOf("model");
    }

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_workspace.PathOf(name))!);
        File.WriteAllText(_workspace.PathOf(name), text);
    }
}
