using System.Text.Json;
using MobiZO.Adapters;
using MobiZO.Runs;
using MobiZO.TestKit;

namespace MobiZO.Cli.Tests.Commands;

public sealed class ExportCommandTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [InlineData("step", "losses", true)]
    [InlineData("score", "log_probabilities", true)]
    [InlineData("prefix", "", true)]
    [InlineData("prefill", "logits", true)]
    [InlineData("generate", "logits", true)]
    [InlineData("update", "", false)]
    public async Task WritesTheProgram(string program, string output, bool hasWeights)
    {
        var path = _workspace.PathOf($"{program}.onnx");

        var result = await Cli.RunAsync(
            "export",
            "--model",
            Cli.Nano,
            "--program",
            program,
            "--layers",
            "top-1",
            "--queries",
            "2",
            "--output",
            path
        );

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.True(new FileInfo(path).Length > 0);
        Assert.Equal(hasWeights, File.Exists(path + ".data"));
        Assert.Contains("input      ", result.Output, StringComparison.Ordinal);
        Assert.Contains($"output     {output}", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WritesSmallerFilesInFewerBits()
    {
        var sizes = new List<long>();
        foreach (var weights in new[] { "int4", "int8", "fp32" })
        {
            var path = _workspace.PathOf($"{weights}.onnx");
            var result = await Cli.RunAsync("export", "--model", Cli.Nano, "--program", "score", "--weights", weights, "--output", path);
            Assert.True(result.ExitCode == 0, result.Error);
            sizes.Add(new FileInfo(path + ".data").Length);
        }

        Assert.True(sizes[0] < 0.85 * sizes[1] && sizes[1] < 0.3 * sizes[2], string.Join(", ", sizes));
    }

    /// <summary>What was left open is decided by the checkpoint, so that the command says what was taken and why.</summary>
    [Fact]
    public async Task TheFormatThatWasTakenIsTold()
    {
        var quantised = Shared.PathOf("fixtures", "gguf", "qwen2-q80", "model.gguf");
        async Task<string> Export(params string[] options)
        {
            var result = await Cli.RunAsync(["export", .. options, "--output", _workspace.PathOf("written")]);
            Assert.True(result.ExitCode == 0, result.Error);
            return result.Output.Split('\n').Single(line => line.StartsWith("weights", StringComparison.Ordinal)).Trim();
        }

        string[] score = ["--program", "score", "--layers", "top-1", "--model"];
        Assert.Equal(
            "weights    stored: every code of the file is kept; --weights fp32 is faster and takes more memory.",
            await Export([.. score, quantised])
        );
        Assert.Equal("weights    int8", await Export([.. score, quantised, "--weights", "int8"]));
        Assert.Equal("weights    fp32", await Export([.. score, Cli.Nano]));
        File.Delete(_workspace.PathOf("written"));
        File.Delete(_workspace.PathOf("written.data"));
        Assert.Equal("weights    int8", await Export("--genai", "--model", Cli.Nano, "--weights", "int8"));
    }

    [Fact]
    public async Task AProgramOfStaticShapesNeedsItsExtents()
    {
        string[] Export(params string[] more) =>
            ["export", "--engine", "executorch", "--model", Cli.Nano, "--program", "score", "--layers", "top-1", .. more];
        var path = _workspace.PathOf("score.pte");

        var none = await Cli.RunAsync(Export("--output", path));
        Assert.Equal(ExitCodes.Usage, none.ExitCode);
        var needed = none.Error[
            (none.Error.IndexOf("one extent for each of ", StringComparison.Ordinal) + 23)..none.Error.IndexOf(
                ';',
                StringComparison.Ordinal
            )
        ];
        var extents = string.Join(',', needed.Split(", ").Select(symbol => $"{symbol}=2"));

        Assert.Equal(ExitCodes.Usage, (await Cli.RunAsync(Export("--output", path, "--extents", "N=two"))).ExitCode);
        Assert.Equal(ExitCodes.Usage, (await Cli.RunAsync(Export("--output", path, "--extents", "N=2,N=3"))).ExitCode);
        foreach (var _ in Enumerable.Range(0, 2))
        {
            var result = await Cli.RunAsync(Export("--output", path, "--extents", extents));
            Assert.True(result.ExitCode == 0, result.Error);
            Assert.Contains(path + ".json", result.Output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("executorch", "0.3", "ExecuTorch 0.3 is too old")]
    [InlineData("executorch", "9.0", "ExecuTorch 9.0 is not known here; known are 0.4, ")]
    [InlineData("executorch", "new", "'new' is no release of ExecuTorch")]
    [InlineData("onnxruntime", "1.0", "they are not written for a release of ONNX Runtime")]
    public async Task ATargetThatFilesAreNotWrittenForIsRefused(string engine, string target, string message)
    {
        var path = _workspace.PathOf("score.pte");
        string[] given = ["--engine", engine, "--model", Cli.Nano, "--program", "score", "--target-runtime", target];
        var result = await Cli.RunAsync(["export", .. given, "--output", path]);
        Assert.Equal(ExitCodes.Usage, result.ExitCode);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(path));
    }

    [Theory]
    [InlineData("Option '--program' is required: name a program, or give a run with '--run'.", "--model", "m")]
    [InlineData("'--program' does not go with '--run'", "--run", "r", "--program", "step")]
    [InlineData("'--extents' does not go with '--run'", "--run", "r", "--extents", "N=1")]
    [InlineData("'--form' does not go with '--program'", "--model", "m", "--program", "step", "--form", "kept")]
    [InlineData("'--adapter' does not go with '--program'", "--model", "m", "--program", "step", "--adapter", "a")]
    [InlineData("'--adapter' does not go with '--run'", "--run", "r", "--adapter", "a")]
    [InlineData("'--program' does not go with '--genai'", "--genai", "--model", "m", "--program", "step")]
    [InlineData("'--form' does not go with '--genai'", "--genai", "--run", "r", "--form", "kept")]
    [InlineData("'--r' does not go with '--genai'", "--genai", "--model", "m", "--r", "4")]
    [InlineData("'--epsilon' does not go with '--genai'", "--genai", "--run", "r", "--epsilon", "0.1")]
    [InlineData("'--r' does not go with '--run'", "--run", "r", "--r", "4")]
    [InlineData("Option '--model' is missing", "--genai")]
    [InlineData("'--with-rows' does not go with '--program'", "--model", "m", "--program", "step", "--with-rows")]
    public async Task AProgramAndARunAreTwoThings(string message, params string[] arguments)
    {
        var result = await Cli.RunAsync(["export", "--output", _workspace.PathOf("app"), .. arguments]);
        Assert.Equal(ExitCodes.Usage, result.ExitCode);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
    }

    /// <summary>A run is its model with its best adapter; the folder is written anew, and no other one is touched.</summary>
    [Fact]
    public async Task WritesAFolderForGenAi()
    {
        var (output, run) = (_workspace.PathOf("genai"), new RunFolder(_workspace.PathOf("run")));
        var first = await Cli.RunAsync("export", "--genai", "--model", Cli.Nano, "--output", output);
        Assert.True(first.ExitCode == 0, first.Error);
        string[] files = ["genai_config.json", "model.onnx", "model.onnx.data", "tokenizer.json", "tokenizer_config.json"];
        Assert.All(files, file => Assert.True(File.Exists(Path.Combine(output, file)), file));
        Assert.False(File.Exists(Path.Combine(output, "adapter.onnx_adapter")));

        Directory.CreateDirectory(run.Path);
        await File.WriteAllTextAsync(
            run.ConfigFile,
            JsonSerializer.Serialize(
                new
                {
                    model = Cli.Nano,
                    train_data = "rows.tsv",
                    output = run.Path,
                }
            )
        );
        (string, int, int)[] modules = [("model.layers.5.self_attn.o_proj", 256, 256)];
        AdapterFiles.Save(LoraAdapter.CreateFresh(modules, 2, 4, 1), run.AdapterFolder);

        // Files of a tokenizer of the export before would speak for this model.
        string[] stale = ["chat_template.jinja", "tokenizer.model"];
        await Task.WhenAll(stale.Select(name => File.WriteAllTextAsync(Path.Combine(output, name), "of another model")));
        var second = await Cli.RunAsync("export", "--genai", "--run", run.Path, "--output", output);
        Assert.True(second.ExitCode == 0, second.Error);
        Assert.Contains("acts       from the start", second.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(output, "adapter.onnx_adapter")));
        Assert.All(stale, name => Assert.False(File.Exists(Path.Combine(output, name)), name));
        Assert.All(files, file => Assert.True(File.Exists(Path.Combine(output, file)), file));

        var other = await Cli.RunAsync("export", "--genai", "--model", Cli.Nano, "--output", run.Path);
        Assert.Equal(ExitCodes.Output, other.ExitCode);
        Assert.Contains("has no genai_config.json", other.Error, StringComparison.Ordinal);
        Assert.Equal(2, Directory.GetFileSystemEntries(run.Path).Length);
    }
}
