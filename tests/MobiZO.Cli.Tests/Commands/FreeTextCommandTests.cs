using System.Text.Json;
using System.Text.Json.Nodes;

namespace MobiZO.Cli.Tests.Commands;

/// <summary>Free text as a user has it: trained, scored and written by the same prompts.</summary>
public sealed class FreeTextCommandTests : IDisposable
{
    private const string Template =
        "{% for message in messages %}{{ message['role'] }}: {{ message['content'] }}\n{% endfor %}"
        + "{% if add_generation_prompt %}assistant:{% endif %}";

    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public async Task EveryCommandWritesPromptsAsTheRunDid()
    {
        var (model, run) = (ChatModel(), _workspace.PathOf("run"));
        var trained = await Run(
            "train",
            "--model",
            model,
            "--data",
            Rows(),
            "--steps",
            "2",
            "--samples",
            "1",
            "--answer-tokens",
            "3",
            "--output",
            run
        );
        Assert.Contains("Rows: prompts with completions, written by the model's chat template.", trained.Error);
        Assert.Contains("sample 0/2  What is blue? -> ", trained.Error);
        Assert.Contains("sample     What is blue? (a training row)", trained.Output);
        Assert.Contains("\"chat_template\": \"always\"", await File.ReadAllTextAsync(Path.Combine(run, "config.json")));

        var scored = await Run(
            "eval",
            "--run",
            run,
            "--data",
            Rows(),
            "--metric",
            "word-f1",
            "--predictions",
            _workspace.PathOf("predictions.jsonl")
        );
        Assert.Contains("written by the model's chat template", scored.Output);
        Assert.Contains("result     word-f1 ", scored.Output);
        using var line = JsonDocument.Parse((await File.ReadAllLinesAsync(_workspace.PathOf("predictions.jsonl")))[0]);
        Assert.Equal(JsonValueKind.String, line.RootElement.GetProperty("answer").ValueKind);
        Assert.InRange(line.RootElement.GetProperty("answer_score").GetDouble(), 0, 1);

        const string Written = "user: Why?\nassistant:";
        Assert.Equal(Written, await Prompt("--run", run));
        Assert.Equal(Written, await Prompt("--model", model, "--adapter", Path.Combine(run, "adapter")));
        Assert.Equal("Why?", await Prompt("--run", run, "--chat-template", "never"));
        Assert.Equal("Why?", await Prompt("--model", model));
        Assert.Equal(Written, await Prompt("--model", model, "--chat-template", "always"));
    }

    /// <summary>The date that a template writes is that of the run, in every later command.</summary>
    [Fact]
    public async Task TheDateOfARunStaysInItsPrompts()
    {
        var (model, run) = (ChatModel("{{ strftime_now('%d %b %Y') }}\n" + Template), _workspace.PathOf("dated"));
        string[] train = ["train", "--model", model, "--data", Rows(), "--steps", "1", "--samples", "0", "--output", run];

        await Run([.. train, "--chat-date", "2024-02-03"]);

        Assert.Contains("\"chat_date\": \"2024-02-03\"", await File.ReadAllTextAsync(Path.Combine(run, "config.json")));
        const string Written = "03 Feb 2024\nuser: Why?\nassistant:";
        Assert.Equal(Written, await Prompt("--run", run));
        Assert.Equal(Written, await Prompt("--model", model, "--adapter", Path.Combine(run, "adapter")));
        Assert.Equal("04 Mar 2025" + Written[11..], await Prompt("--run", run, "--chat-date", "2025-03-04"));
        Assert.EndsWith(Written[11..], await Prompt("--model", model, "--chat-template", "always"));
        var bare = await Cli.RunAsync("generate", "--model", Cli.Nano, "--prompt", "Hello", "--chat-date", "2024-02-03");
        Assert.Equal(ExitCodes.Usage, bare.ExitCode);
        Assert.Contains("'--chat-date' belongs to a message", bare.Error, StringComparison.Ordinal);
        var (code, _, error) = await Cli.RunAsync([.. train, "--chat-date", "3.2.2024"]);
        Assert.Equal(2, code);
        Assert.Contains("expected a date such as 2026-03-31", error);
    }

    [Fact]
    public async Task MalformedRowsAreNamedByTheirLine()
    {
        var file = _workspace.PathOf("bad.jsonl");
        await File.WriteAllLinesAsync(file, ["{\"prompt\": \"a\", \"completion\": \"b\"}", "{\"prompt\": \"a\"}"]);
        var (code, _, error) = await Cli.RunAsync("train", "--model", ChatModel(), "--data", file, "--output", _workspace.PathOf("bad"));
        Assert.Equal(3, code);
        Assert.Contains($"{file}, line 2: found the column", error);
    }

    private async Task<string> Prompt(params string[] model)
    {
        string[] arguments = ["generate", .. model, "--prompt", "Why?", "--max-new-tokens", "1", "--json"];
        using var answer = JsonDocument.Parse((await Run(arguments)).Output);
        return answer.RootElement.GetProperty("prompt").GetString()!;
    }

    private static async Task<CliResult> Run(params string[] arguments)
    {
        var result = await Cli.RunAsync([.. arguments, .. arguments.Contains("--run") && arguments[0] == "eval" ? [] : Workspace.Engine]);
        Assert.True(result.ExitCode == 0, result.Error);
        return result;
    }

    /// <summary>The bundled model with a chat template.</summary>
    private string ChatModel(string template = Template)
    {
        var folder = Directory.CreateDirectory(_workspace.PathOf("chat-model")).FullName;
        foreach (var file in Directory.GetFiles(Cli.Nano))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        }

        var config = Path.Combine(folder, "tokenizer_config.json");
        var json = JsonNode.Parse(File.ReadAllText(config))!;
        json["chat_template"] = template;
        File.WriteAllText(config, json.ToJsonString());
        return folder;
    }

    private string Rows()
    {
        var file = _workspace.PathOf("rows.jsonl");
        File.WriteAllLines(
            file,
            [
                "{\"prompt\": \"What is blue?\", \"completion\": \"The sky.\"}",
                "{\"prompt\": \"What is wet?\", \"completion\": \"The sea.\"}",
            ]
        );
        return file;
    }
}
