using System.Text.Json;
using MobiZO.Adapters;
using MobiZO.Checkpoints;
using MobiZO.Export;
using MobiZO.Models;
using MobiZO.TestKit.Tiny;
using MobiZO.Tests.Training;

namespace MobiZO.ExecuTorch.Tests.App;

/// <summary>What an export writes for an app, and what it refuses. No runtime is asked.</summary>
public sealed class AppExportTests : IDisposable
{
    private readonly TinyRun _run = new(EngineCatalog.OnnxRuntime);

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task TheFolderHoldsTheRun()
    {
        await Train(options => options with { Steps = 3, EvalData = _run.At("eval.jsonl"), EvalEvery = 1 });
        var result = Write(withRows: true);
        string[] files = ["model.pte", "adapter", "adapter.a.bin", "adapter.b.bin", "tokenizer.json", "rows.txt", "program.json"];
        Assert.Equal(files, result.Written.Select(Path.GetFileName));
        Assert.Equal(files.Order(), Directory.GetFileSystemEntries(_run.At("app")).Select(Path.GetFileName).Order());

        var app = new AppFolder(_run.At("app"));
        var adapter = AdapterFiles.Load(_run.At("run", "best"));
        Assert.Equal(adapter.ToState(), app.B);
        Assert.Equal(adapter.Modules.SelectMany(module => module.A), app.A);
        Assert.Equal(adapter.ToState(), AdapterFiles.Load(app["adapter"]).ToState());
        Assert.Equal(File.ReadAllBytes(_run.At("model", "tokenizer.json")), File.ReadAllBytes(app["tokenizer.json"]));
        Assert.Equal([0, 1, 0, 1, 0, 1, 0, 1, 0, 1], app.Rows.Select(row => row.Label));
        Assert.All(app.Rows, row => Assert.InRange(row.SuffixStart, 1, row.Prompt.Length - 1));

        // An export into the same folder leaves nothing of the one before.
        File.WriteAllText(app["tokenizer_config.json"], "{}");
        Write();
        Assert.Equal(files.Except(["rows.txt"]).Order(), Directory.GetFileSystemEntries(app.Path).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task TheDescriptionSaysTheRun()
    {
        await Train(options => options);
        Write(AppForm.Kept);
        var app = new AppFolder(_run.At("app"));
        string TextOf(string name) => app.Description.GetProperty(name).GetString()!;
        double NumberOf(string name) => app.Description.GetProperty(name).GetDouble();

        Assert.Equal(
            ["model", "model.pte", "1.0", "kept", "choices", "activated", "two-sided"],
            new[] { "model", "file", "target_runtime", "form", "loss", "scope", "estimator" }.Select(TextOf)
        );
        Assert.Equal(
            [1, 3, 0.01, 0.05, 2, 2, 4],
            new[] { "version", "queries", "epsilon", "learning_rate", "examples_per_step", "rank", "alpha" }.Select(NumberOf)
        );
        Assert.Equal([app.A.Length, app.B.Length], new[] { "values_of_a", "values_of_b" }.Select(NumberOf));
        Assert.Equal([0, 1, 2, 0, 1, 2], app.QueryIndex);
        Assert.Equal([0.01f, 0.01f, 0.01f, -0.01f, -0.01f, -0.01f], app.Coefficients);
        Assert.Equal(
            [TinyTokenizer.IdOf("Ġno"), TinyTokenizer.IdOf("Ġyes")],
            app.Choices.Select(choice => Assert.Single(choice)).ToArray()
        );
        Assert.All(
            app.Methods.SelectMany(method => new[] { "inputs", "outputs" }.SelectMany(kind => method.GetProperty(kind).EnumerateArray())),
            tensor =>
            {
                Assert.True(tensor.GetProperty("type").GetString() is "float32" or "int64");
                Assert.EndsWith(".", tensor.GetProperty("meaning").GetString(), StringComparison.Ordinal);
            }
        );
    }

    [Theory]
    [InlineData(AdapterScope.Activated, "all")]
    [InlineData(AdapterScope.All, "all")]
    [InlineData(AdapterScope.All, "top-1")]
    public async Task EveryLengthHasItsMethods(AdapterScope scope, string layers)
    {
        await Train(options => options with { Adapter = options.Adapter with { Scope = scope, Layers = layers } });
        var result = Write();
        var app = new AppFolder(_run.At("app"));
        string[] kinds = scope == AdapterScope.Activated ? ["prefix", "step", "score", "prefill"] : ["step", "score", "prefill"];
        Assert.InRange(result.Buckets.Count, 1, 3);
        Assert.Equal(result.Buckets.Order(), result.Buckets);
        Assert.Equal(result.Buckets, app.Buckets);
        Assert.Equal(
            result.Buckets.SelectMany(bucket => kinds.Select(kind => $"{kind}_{bucket}")),
            app.Methods.Select(AppFolder.NameOf).SkipLast(1)
        );
        Assert.StartsWith("generate_", AppFolder.NameOf(app.Methods[^1]), StringComparison.Ordinal);

        // Whatever a method asks for, the app has: another method gives it, or the app's files and rows do.
        string[] known =
        [
            "adapter.a",
            "adapter.b",
            "noise",
            "query_index",
            "coefficients",
            "epsilon",
            "learning_rate",
            "input_ids",
            "positions",
            "first_input_ids",
            "first_positions",
            "past_lengths",
            "answer_rows",
            "candidate_ids",
            "labels",
        ];
        var names = app.Methods.SelectMany(method => app.NamesOf(AppFolder.NameOf(method), "inputs"));
        Assert.Empty(names.Where(name => !name.StartsWith("past.", StringComparison.Ordinal)).Except(known));
    }

    [Fact]
    public async Task WordsOfSeveralTokensAskForTheirOwnAnswersAlone()
    {
        await Train(options =>
            options with
            {
                Adapter = options.Adapter with { Scope = AdapterScope.All },
                Data = options.Data with { Choices = [" no good one", " yes"] },
            }
        );
        Write();
        var app = new AppFolder(_run.At("app"));
        Assert.Equal("choice-sequences", app.Description.GetProperty("loss").GetString());
        Assert.Equal(JsonValueKind.Null, app.Description.GetProperty("kept_at").ValueKind);
        var step = app.Methods.Single(method => AppFolder.NameOf(method) == $"step_{app.Buckets[^1]}");
        var places = step.GetProperty("inputs").EnumerateArray().Single(input => AppFolder.NameOf(input) == "answer_rows");
        Assert.Equal(6 * 2 * app.Choices.Sum(choice => choice.Length), places.GetProperty("shape")[0].GetInt32());
    }

    /// <summary>The model has 64 positions: the new token has the last one.</summary>
    [Fact]
    public async Task GenerationStaysWithinTheContextOfTheModel()
    {
        await Train(options => options);
        Write();
        Assert.Equal("generate_63", AppFolder.NameOf(new AppFolder(_run.At("app")).Methods[^1]));
    }

    [Fact]
    public async Task AReleaseThatIsTooOldIsRefusedBeforeAnyWork()
    {
        await Train(options => options);
        var error = Assert.Throws<Programs.ProgramException>(() =>
            AppExport.Write(_run.At("run"), _run.At("app"), EngineCatalog.ExecuTorch, targetRuntime: "0.3")
        );
        Assert.Contains("0.3 is too old", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_run.At("app")));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("0.6")]
    public async Task AWeightLiesInTheFileOnce(string? target)
    {
        var model = new TinyLlama(
            layers: 2,
            hidden: 256,
            headDimension: 32,
            heads: 8,
            keyValueHeads: 8,
            vocabulary: TinyTokenizer.Size,
            tied: true
        );
        Directory.Delete(_run.At("model"), recursive: true);
        model.WriteFolder(_run.At("model"));
        await Train(options => options);
        var result = Write(target: target);
        Assert.Equal(target ?? "1.0", new AppFolder(_run.At("app")).Description.GetProperty("target_runtime").GetString());
        Assert.InRange(result.Methods.Count, 5, 13);
        var weights = new FileInfo(_run.At("model", "model.safetensors")).Length;
        Assert.InRange(weights, 2_000_000, 20_000_000);
        Assert.InRange(new FileInfo(_run.At("app", "model.pte")).Length, 0.9 * weights, 1.1 * weights);
    }

    /// <summary>What an app has no kernels for is written as fp32, and told; bytes stay bytes.</summary>
    [Theory]
    [InlineData(WeightFormat.Stored, "held its weights as stored", false)]
    [InlineData(WeightFormat.Nf4, "held its weights as nf4", false)]
    [InlineData(WeightFormat.Int8, null, true)]
    public async Task WeightsThatAnAppHasNotAreWrittenAsFp32(WeightFormat format, string? told, bool isSmaller)
    {
        var model = new TinyLlama(
            layers: 2,
            hidden: 64,
            headDimension: 32,
            heads: 2,
            keyValueHeads: 2,
            vocabulary: TinyTokenizer.Size,
            tied: true
        );
        Directory.Delete(_run.At("model"), recursive: true);
        model.WriteFolder(_run.At("model"));
        await Train(options => options with { Engine = options.Engine with { Weights = format } });
        var warnings = new List<string>();

        AppExport.Write(_run.At("run"), _run.At("app"), EngineCatalog.ExecuTorch, warnings: new Told(warnings));

        Assert.Equal(
            told is null ? [] : [told],
            warnings.Where(warning => told is null || warning.Contains(told, StringComparison.Ordinal)).Select(_ => told)
        );
        var weights = new FileInfo(_run.At("model", "model.safetensors")).Length;
        Assert.Equal(isSmaller, new FileInfo(_run.At("app", "model.pte")).Length < weights);
    }

    [Fact]
    public async Task AFolderOfOthersIsRefused()
    {
        await Train(options => options);
        Directory.CreateDirectory(_run.At("mine"));
        _run.Write(Path.Combine("mine", "notes.txt"), "mine");
        Assert.Contains("by an export before (it has no program.json and no model.pte)", Refusal("mine"), StringComparison.Ordinal);
        Assert.Contains("was not written by an export before", Refusal("train.jsonl"), StringComparison.Ordinal);
        Assert.Contains("is read from", Refusal("run"), StringComparison.Ordinal);
        Assert.Contains("is read from", Refusal("model"), StringComparison.Ordinal);
        Assert.Equal(["notes.txt"], Directory.GetFileSystemEntries(_run.At("mine")).Select(Path.GetFileName));

        // An empty folder is taken, and one that an export wrote is written anew.
        Directory.CreateDirectory(_run.At("app"));
        Write();
        Write(AppForm.Delayed);
        Assert.Equal("delayed", new AppFolder(_run.At("app")).Description.GetProperty("form").GetString());

        // Also one whose export ended half-way: the description goes first.
        File.Delete(_run.At("app", "program.json"));
        Write();
        Assert.True(File.Exists(_run.At("app", "program.json")));

        string Refusal(string output) =>
            Assert.Throws<FineTuneException>(() => AppExport.Write(_run.At("run"), _run.At(output), EngineCatalog.ExecuTorch)).Message;
    }

    [Fact]
    public async Task AnEngineThatWritesProgramsOneByOneIsRefused()
    {
        await Train(options => options);
        var error = Assert.Throws<Programs.ProgramException>(() =>
            AppExport.Write(_run.At("run"), _run.At("app"), EngineCatalog.OnnxRuntime)
        );
        Assert.Contains("one by one", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_run.At("app")));
    }

    private sealed class Told(List<string> messages) : IProgress<string>
    {
        public void Report(string value) => messages.Add(value);
    }

    private Task Train(Func<FineTuneOptions, FineTuneOptions> change) =>
        _run.TrainAsync(options => change(options with { Steps = 1, EvalData = null }));

    private AppExportResult Write(AppForm form = AppForm.InOut, bool withRows = false, string? target = null) =>
        AppExport.Write(_run.At("run"), _run.At("app"), EngineCatalog.ExecuTorch, form, withRows, targetRuntime: target);
}
