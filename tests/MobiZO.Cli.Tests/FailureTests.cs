namespace MobiZO.Cli.Tests;

public sealed class FailureTests : IDisposable
{
    private const string Train = "train --model m --data d --output o ";

    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [InlineData("train --modle x", "'--modle'", "Did you mean '--model'?")]
    [InlineData("train --querys 4", "'--querys'", "Did you mean '--queries'?")]
    [InlineData("train --learning-rat=4", "'--learning-rat=4'", "Did you mean '--learning-rate'?")]
    [InlineData("trian", "'trian'", "Did you mean 'train'?")]
    [InlineData("flubber", "'flubber'", "See 'mobizo --help'")]
    [InlineData("train --queries many", "--queries", "expected a whole number, found 'many'")]
    [InlineData("train --estimator sideways", "--estimator", "expected one of auto")]
    [InlineData("train --label-words no", "--label-words", "ham= no")]
    [InlineData("train --engine abacus", "--engine", "expected one of onnxruntime, executorch, reference, found 'abacus'")]
    [InlineData("eval --model m --data d --device cuda", "--device: 'cuda'", "Microsoft.ML.OnnxRuntime.Gpu")]
    [InlineData("eval --model m --data d --device abacus", "--device: expected one of cpu, cuda, directml, coreml", "'abacus'")]
    [InlineData("train --queries", "--queries", "See 'mobizo train --help'")]
    [InlineData("train", "--model: expected", "--output: expected")]
    [InlineData("train --model m --data d --output o --steps 0 --r 0", "--steps: expected at least 1", "--r: expected 1 to 1024")]
    [InlineData(Train + "--eval-data e --eval-fraction 0.5", "--eval-data and --eval-fraction are both given", "keep one")]
    [InlineData(Train + "--update engine --momentum 0.5", "--update: --momentum needs", "or set --update to host")]
    [InlineData(Train + "--adapter-init discriminant --scope all", "needs --scope activated;", "set it to kaiming with --scope all")]
    [InlineData(Train + "--max-length 1 --choices a", "--max-length is 1;", "--choices has 1 of at least 2 words")]
    [InlineData("generate --model m --prompt p --top-k -1 --stop ,", "--top-k: expected", "--stop: one of them is empty")]
    [InlineData("eval --model m", "--data: expected", "found nothing")]
    [InlineData("inspect", "--model", "Hugging Face folder")]
    [InlineData("export --model m", "--program", "--output")]
    public async Task WrongUsageIsExplained(string arguments, string first, string second)
    {
        var result = await Cli.RunAsync(arguments.Split(' '));

        Assert.Equal(2, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.Contains(first, result.Error, StringComparison.Ordinal);
        Assert.Contains(second, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NoCommandShowsTheHelp()
    {
        var result = await Cli.RunAsync();

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("Commands", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheVersionIsData()
    {
        var result = await Cli.RunAsync("--version");

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Matches(@"^mobizo \d+\.\d+\.\d+\s*$", result.Output);
    }

    [Fact]
    public async Task MissingOrBrokenInputIsNamed()
    {
        var broken = Directory.CreateDirectory(_workspace.PathOf("broken")).FullName;
        await File.WriteAllTextAsync(Path.Combine(broken, "config.json"), "{");
        await File.WriteAllTextAsync(Path.Combine(broken, "model.safetensors"), "x");
        await File.WriteAllTextAsync(_workspace.PathOf("bad.tsv"), "text\tlabel\nfine\t0\ntorn\n");
        await CheckInput("no-model", "inspect", "--model", _workspace.PathOf("no-model"));
        await CheckInput("config.json", "inspect", "--model", broken);
        await CheckInput("none.tsv", _workspace.Train("run", "--eval-data", _workspace.PathOf("none.tsv")));
        await CheckInput("bad.tsv", [.. _workspace.Train("run"), "--eval-data", _workspace.PathOf("bad.tsv")]);
        await CheckInput(
            "no-adapter",
            "eval",
            "--model",
            Cli.Nano,
            "--data",
            _workspace.Data,
            "--adapter",
            _workspace.PathOf("no-adapter")
        );
        await CheckInput("no-run", "eval", "--run", _workspace.PathOf("no-run"), "--data", _workspace.Data);
        await CheckInput("no-run", "replay", _workspace.PathOf("no-run"));
        await CheckInput("no-run", "train", "--resume", "--output", _workspace.PathOf("no-run"));
        Assert.False(Directory.Exists(_workspace.PathOf("run")));
    }

    [Fact]
    public async Task ADeviceThatIsNotHereIsAUsageErrorAndSaysWhichPackageHasIt()
    {
        var result = await Cli.RunAsync("generate", "--model", Cli.Nano, "--prompt", "x", "--device", "directml");

        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.Contains("--device: 'directml' needs ONNX Runtime's DmlExecutionProvider", result.Error, StringComparison.Ordinal);
        Assert.Contains("CPUExecutionProvider", result.Error, StringComparison.Ordinal);
        Assert.Contains("Microsoft.ML.OnnxRuntime.DirectML", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TargetsThatMatchNothingAreAUsageError()
    {
        var result = await Cli.RunAsync("inspect", "--model", Cli.Nano, "--target-modules", "wq");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("q_proj (6)", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFolderThatHoldsARunIsNotTouched()
    {
        var folder = Directory.CreateDirectory(_workspace.PathOf("run")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "journal.jsonl"), "mine");

        var result = await Cli.RunAsync(_workspace.Train("run"));

        Assert.Equal(4, result.ExitCode);
        Assert.Contains("resume", result.Error, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(["journal.jsonl"], Directory.GetFiles(folder).Select(Path.GetFileName));
    }

    [Fact]
    public async Task AnOutputThatCannotBeWrittenIsNamed()
    {
        await File.WriteAllTextAsync(_workspace.PathOf("file"), "");

        var result = await Cli.RunAsync(
            "export",
            "--model",
            Cli.Nano,
            "--program",
            "update",
            "--output",
            Path.Combine(_workspace.PathOf("file"), "x.onnx")
        );

        Assert.Equal(4, result.ExitCode);
        Assert.Contains("file", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ATalkThatCannotBeWrittenIsDropped()
    {
        using var talk = new Talk(new FullStream());

        await talk.WriteLineAsync("lost");
        talk.Write('x');
        talk.Write("x");
        talk.WriteLine(FormattableString.Invariant($"{1}"));
        talk.WriteLine();
        talk.Flush();
    }

    private static async Task CheckInput(string named, params string[] args)
    {
        var result = await Cli.RunAsync(args);

        Assert.True(result.ExitCode == 3, $"{string.Join(' ', args)}: {result.ExitCode}\n{result.Error}");
        Assert.Contains(named, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    private sealed class FullStream : StringWriter
    {
        public FullStream()
            : base(System.Globalization.CultureInfo.InvariantCulture) { }

        public override void Write(char value) => throw new IOException("No space left on device");

        public override void Write(char[] buffer, int index, int count) => throw new IOException("No space left on device");

        public override void Write(string? value) => throw new IOException("No space left on device");

        public override void WriteLine(string? value) => throw new IOException("No space left on device");

        public override void Flush() => throw new IOException("No space left on device");
    }
}
