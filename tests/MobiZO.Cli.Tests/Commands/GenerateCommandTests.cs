using System.Text.Json;
using MobiZO.Adapters;
using MobiZO.Models;
using MobiZO.Runs;
using MobiZO.TestKit;

namespace MobiZO.Cli.Tests.Commands;

public sealed class GenerateCommandTests : IDisposable
{
    private static readonly string s_nano = Path.Combine(Shared.Repository, "models", "nano");

    private readonly string _folder = Directory.CreateTempSubdirectory("mobizo-generate-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task WritesTheTextOnStandardOutputAndTalksOnTheOther()
    {
        var (code, output, error) = await Run("--model", s_nano, "--prompt", "It was", "--max-new-tokens", "6");
        Assert.Equal(ExitCodes.Success, code);
        Assert.True(output.Trim().Length > 4, output);
        Assert.Matches("^[0-9]+ prompt tokens, 6 new ones in .* s \\(loading .* s\\); --max-new-tokens ended it", error);
        Assert.Equal(output, (await Run("--model", s_nano, "--prompt", "It was", "--max-new-tokens", "6")).Output);
    }

    [Fact]
    public async Task ComparesBaseAndAdapter()
    {
        SaveFreshAdapter([]);
        var (code, output, _) = await Run(
            "--model",
            s_nano,
            "--adapter",
            _folder,
            "--compare",
            "--prompt",
            "It was",
            "--max-new-tokens",
            "4"
        );
        Assert.Equal(ExitCodes.Success, code);
        var lines = output.ReplaceLineEndings("\n").Split('\n');
        Assert.Equal("--- base model ---", lines[0]);
        var second = Array.IndexOf(lines, $"--- adapter {_folder} ---");
        Assert.True(second > 1, output);
        Assert.Equal(string.Join('\n', lines[1..(second - 1)]), string.Join('\n', lines[(second + 1)..^1]));
    }

    [Fact]
    public async Task WritesOneJsonDocument()
    {
        SaveFreshAdapter([4000]);
        var (_, output, error) = await Run(
            "--model",
            s_nano,
            "--adapter",
            _folder,
            "--compare",
            "--prompt",
            "It was",
            "--max-new-tokens",
            "4",
            "--json",
            "--temperature",
            "0.7",
            "--seed",
            "3"
        );
        using var json = JsonDocument.Parse(output);
        var answers = json.RootElement.GetProperty("answers");
        Assert.Equal(2, answers.GetArrayLength());
        Assert.Equal(4, answers[1].GetProperty("new_tokens").GetInt32());
        Assert.Equal("max_new_tokens", answers[1].GetProperty("end").GetString());
        Assert.False(answers[0].TryGetProperty("adapter_acts", out _));
        Assert.False(answers[1].GetProperty("adapter_acts").GetBoolean());
        Assert.Equal(answers[0].GetProperty("text").GetString(), answers[1].GetProperty("text").GetString());
        Assert.Contains(
            "warning: The base model answers alone, because the prompt does not hold the tokens that invoke the adapter "
                + "(alora_invocation_tokens 4000)",
            error
        );
    }

    [Theory]
    [InlineData("Both '--prompt' and '--chat'", "--prompt", "a", "--chat", "b")]
    [InlineData("'--system' belongs to a message", "--prompt", "a", "--system", "b")]
    [InlineData("'--compare' needs an adapter", "--prompt", "a", "--compare")]
    [InlineData("--top-p: expected above 0 to 1", "--prompt", "a", "--top-p", "2")]
    public async Task WrongUsageIsExplained(string message, params string[] options)
    {
        var (code, _, error) = await Run(["--model", s_nano, .. options]);
        Assert.Equal(ExitCodes.Usage, code);
        Assert.Contains(message, error);
    }

    [Fact]
    public async Task AModelWithoutChatTemplateIsNamed()
    {
        var (code, _, error) = await Run("--model", s_nano, "--chat", "Hello");
        Assert.Equal(ExitCodes.Input, code);
        Assert.Contains("has no chat template", error);
    }

    /// <summary>How a run held the weights is part of what its adapter was trained on; what is given comes first.</summary>
    [Fact]
    public async Task ARunAnswersWithItsWeights()
    {
        var run = new RunFolder(_folder);
        await File.WriteAllTextAsync(
            run.ConfigFile,
            JsonSerializer.Serialize(
                new
                {
                    model = s_nano,
                    train_data = "rows.tsv",
                    output = run.Path,
                    engine = new { weights = "nf4" },
                }
            )
        );
        (string, int, int)[] modules = [("model.layers.5.self_attn.o_proj", 256, 256)];
        AdapterFiles.Save(LoraAdapter.CreateFresh(modules, 2, 4, 1), run.AdapterFolder);
        string[] text = ["--prompt", "It was", "--max-new-tokens", "24"];
        async Task<string> Answer(params string[] options)
        {
            var (code, output, error) = await Run([.. options, .. text]);
            Assert.True(code == ExitCodes.Success, error);
            return output;
        }

        var rounded = await Answer("--model", s_nano, "--weights", "nf4");
        var exact = await Answer("--model", s_nano);

        Assert.NotEqual(exact, rounded);
        Assert.Equal(rounded, await Answer("--run", _folder));
        Assert.Equal(exact, await Answer("--run", _folder, "--weights", "fp32"));
    }

    /// <summary>What a run wrote behind answers is where its adapter stops; what follows is no answer.</summary>
    [Fact]
    public async Task AnAnswerEndsAsThoseOfTheRunDid()
    {
        string[] text = ["--prompt", "It was", "--max-new-tokens", "24"];
        var whole = (await Run(["--model", s_nano, .. text])).Output.TrimEnd();
        var (end, run) = (whole[12..15], new RunFolder(_folder));
        await File.WriteAllTextAsync(
            run.ConfigFile,
            JsonSerializer.Serialize(
                new
                {
                    model = s_nano,
                    train_data = "rows.jsonl",
                    output = run.Path,
                    data = new { chat_template = "never", answer_suffix = end },
                }
            )
        );
        (string, int, int)[] modules = [("model.layers.5.self_attn.o_proj", 256, 256)];
        AdapterFiles.Save(LoraAdapter.CreateFresh(modules, 2, 4, 1), run.AdapterFolder);
        await File.WriteAllTextAsync(run.JournalFile, "");

        var (_, output, error) = await Run(["--run", _folder, .. text]);
        Assert.Equal(whole[..whole.IndexOf(end, StringComparison.Ordinal)], output.ReplaceLineEndings("\n")[..^1]);
        Assert.Contains($"The answer ends at '{end}', as those of the run did; '--stop' names other texts.", error);
        Assert.Contains("a stop text ended it", error);
        Assert.Equal(whole, (await Run(["--run", _folder, "--stop", "<none>", .. text])).Output.TrimEnd());
    }

    private void SaveFreshAdapter(int[] invocationTokens)
    {
        using var model = LocalModel.Open(s_nano);
        var module = model.Assembler.LinearModules[0];
        AdapterFiles.Save(
            LoraAdapter.CreateFresh([(module.Name, module.InputSize, module.OutputSize)], 2, 4, 1) with
            {
                InvocationTokens = invocationTokens,
            },
            _folder
        );
    }

    private static async Task<(int Code, string Output, string Error)> Run(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await CommandLine.RunAsync(["generate", .. arguments], output, error);
        return (code, output.ToString(), error.ToString());
    }
}
