using System.Text.Json;

namespace MobiZO.Cli.Tests.Commands;

/// <summary>Adapters in other formats, and merged into the model, score as they did.</summary>
public sealed class ConvertCommandTests : IDisposable
{
    private readonly Workspace _workspace = new();

    private string Best => _workspace.PathOf("run/adapter");

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public async Task AConvertedAdapterScoresAsItDid()
    {
        await Train("activated");
        var loss = await LossOf("--model", Cli.Nano, "--adapter", Best);

        var converted = await Ok("convert", "--model", Cli.Nano, "--adapter", Best, "--to", "gguf", "--output", At("a.gguf"));
        Assert.Contains("scope activated", converted, StringComparison.Ordinal);
        await Ok("convert", "--model", Cli.Nano, "--adapter", At("a.gguf"), "--to", "peft", "--output", At("peft"));
        var onnx = await Ok("convert", "--model", Cli.Nano, "--adapter", Best, "--to", "onnx-adapter", "--output", At("a.onnx_adapter"));
        Assert.Contains("--r 8 --lora-alpha 16 --scope activated", onnx, StringComparison.Ordinal);

        Assert.Equal(loss, await LossOf("--model", Cli.Nano, "--adapter", At("a.gguf")));
        Assert.Equal(loss, await LossOf("--model", Cli.Nano, "--adapter", At("peft")));
        Assert.NotEqual(loss, await LossOf("--model", Cli.Nano));
        Assert.Equal(
            await File.ReadAllBytesAsync(Path.Combine(Best, "adapter_model.safetensors")),
            await File.ReadAllBytesAsync(Path.Combine(At("peft"), "adapter_model.safetensors"))
        );
    }

    [Fact]
    public async Task AMergedModelNeedsNoAdapter()
    {
        await Train("all");
        var loss = await LossOf("--model", Cli.Nano, "--adapter", Best);

        var merged = await Ok("merge", "--model", Cli.Nano, "--adapter", Best, "--output", At("merged"));

        Assert.Contains("tokenizer.json", merged, StringComparison.Ordinal);

        // The matrices of the bundled model are stored in 16 bits, so that the sums are rounded.
        Assert.Equal(loss, await LossOf("--model", At("merged")), 2e-3);
        Assert.True(Math.Abs(loss - await LossOf("--model", Cli.Nano)) > 5e-3);
    }

    [Fact]
    public async Task AnActivatedAdapterIsNotMerged()
    {
        await Train("activated");
        var result = await Cli.RunAsync("merge", "--model", Cli.Nano, "--adapter", Best, "--output", At("merged"));
        Assert.Equal(ExitCodes.Input, result.ExitCode);
        Assert.Contains("--scope all", result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(At("merged")));
    }

    [Fact]
    public async Task AnotherModelIsRefusedUnlessItIsMeant()
    {
        await Train("all");
        var other = At("other");
        Directory.CreateDirectory(other);
        foreach (var file in Directory.GetFiles(Cli.Nano))
        {
            File.Copy(file, Path.Combine(other, Path.GetFileName(file)));
        }

        var weights = Path.Combine(other, "model.safetensors");
        var bytes = await File.ReadAllBytesAsync(weights);
        bytes[^1] ^= 1;
        File.Delete(weights);
        await File.WriteAllBytesAsync(weights, bytes);
        string[][] commands =
        [
            [.. Eval("--model", other, "--adapter", Best)],
            ["generate", "--model", other, "--adapter", Best, "--prompt", "It was", "--max-new-tokens", "1", .. Workspace.Engine],
            ["convert", "--model", other, "--adapter", Best, "--to", "gguf", "--output", At("a.gguf")],
            ["merge", "--model", other, "--adapter", Best, "--output", At("merged")],
            [.. TrainOn(other), "--start-from", Best],
        ];
        foreach (var command in commands)
        {
            var refused = await Cli.RunAsync(command);
            Assert.Equal(ExitCodes.Input, refused.ExitCode);
            Assert.Contains("differs from it in weights", refused.Error, StringComparison.Ordinal);
            Assert.Contains("--ignore-base-mismatch", refused.Error, StringComparison.Ordinal);
            await Ok([.. command, "--ignore-base-mismatch"]);
        }
    }

    [Fact]
    public async Task NothingIsReplaced()
    {
        await Train("all");
        var model = At("model");
        Directory.CreateDirectory(At("full"));
        await File.WriteAllTextAsync(Path.Combine(At("full"), "notes.txt"), "mine");
        await File.WriteAllTextAsync(At("there.gguf"), "mine");
        Directory.CreateSymbolicLink(model, Cli.Nano);
        string[] convert = ["convert", "--model", model, "--adapter", Best, "--to"];
        string[][] commands =
        [
            [.. convert, "peft", "--output", Best],
            [.. convert, "peft", "--output", Path.Combine(Best, "inner")],
            [.. convert, "peft", "--output", Cli.Nano],
            [.. convert, "peft", "--output", At("full")],
            [.. convert, "gguf", "--output", At("there.gguf")],
            ["merge", "--model", model, "--adapter", Best, "--output", Cli.Nano],
            ["merge", "--model", model, "--adapter", Best, "--output", model],
            ["merge", "--model", model, "--adapter", Best, "--output", At("full")],
        ];
        foreach (var command in commands)
        {
            var result = await Cli.RunAsync(command);
            Assert.True(result.ExitCode == ExitCodes.Output, $"{string.Join(' ', command)}: {result.ExitCode} {result.Error}");
        }

        Assert.Equal("mine", await File.ReadAllTextAsync(At("there.gguf")));
        Assert.Single(Directory.GetFileSystemEntries(At("full")));
    }

    [Theory]
    [InlineData("--adapter", "a", "--to", "gguf")]
    [InlineData("--adapter", "a", "--output", "b")]
    [InlineData("--adapter", "a", "--to", "gguf", "--output", "b")]
    [InlineData("--adapter", "a", "--to", "mlx", "--output", "b")]
    public async Task WhatIsMissingIsUsage(params string[] args) =>
        Assert.Equal(ExitCodes.Usage, (await Cli.RunAsync(["convert", .. args])).ExitCode);

    [Fact]
    public async Task GgufNeedsTheModel()
    {
        await Train("all");
        var result = await Cli.RunAsync("convert", "--adapter", Best, "--to", "gguf", "--output", At("a.gguf"));
        Assert.Equal(ExitCodes.Input, result.ExitCode);
        Assert.Contains("Give the model", result.Error, StringComparison.Ordinal);
        Assert.Contains("modules, scope all", await Ok("convert", "--adapter", Best, "--to", "peft", "--output", At("peft")));
    }

    private string At(string name) => _workspace.PathOf(name);

    private async Task Train(string scope) =>
        await Ok(_workspace.Train("run", "--steps", "6", "--scope", scope, "--adapter-init", "kaiming", "--target-modules", "q,o,down"));

    private string[] TrainOn(string model) => [.. _workspace.Train("second", "--steps", "1").Select(arg => arg == Cli.Nano ? model : arg)];

    private string[] Eval(params string[] more) =>
        [
            "eval",
            "--data",
            _workspace.Data,
            "--template",
            "{text}\\nSentiment:",
            "--choices",
            " negative, positive",
            "--json",
            .. Workspace.Engine,
            .. more,
        ];

    private async Task<double> LossOf(params string[] more) =>
        JsonDocument.Parse(await Ok(Eval(more))).RootElement.GetProperty("choice_loss").GetDouble();

    private static async Task<string> Ok(params string[] args)
    {
        var result = await Cli.RunAsync(args);
        Assert.True(result.ExitCode == 0, result.Error);
        return result.Output;
    }
}
