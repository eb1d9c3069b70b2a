using MobiZO.Data;
using MobiZO.Evaluation;
using MobiZO.Models;
using MobiZO.Runs;

namespace MobiZO.Tests.Training;

/// <summary>Chat templates that write the date: a run fixes it at its start, and what follows writes the same prompts.</summary>
public sealed class ChatDateRunTests
{
    private static readonly DateOnly s_date = new(2024, 2, 3);

    /// <summary>As the templates of SmolLM3, Granite and Mistral Small, which fail where there is no date.</summary>
    [Fact]
    public void A_model_writes_a_date()
    {
        using var run = Chats();
        using var model = LocalModel.Open(run.Options.Model, run.Options.Engine);
        ChatTurn[] turns = [new ChatTurn("user", "hi")];

        Assert.Equal("0302 uhi;a", model.RenderChat(turns, addGenerationPrompt: true, s_date));
        string[] around = [Written(ChatDate.Today), model.RenderChat(turns, addGenerationPrompt: true), Written(ChatDate.Today)];
        Assert.Contains(around[1], new[] { around[0], around[2] });

        static string Written(DateOnly date) => FormattableString.Invariant($"{date:ddMM} uhi;a");
    }

    [Fact]
    public async Task A_run_keeps_the_date_of_its_start()
    {
        using var run = Chats();
        await run.TrainUntilAsync(2, options => options with { Data = options.Data with { ChatDate = s_date } });
        Assert.Contains("\"chat_date\": \"2024-02-03\"", File.ReadAllText(run.At("run", "config.json")), StringComparison.Ordinal);

        var resumed = await run.TrainAsync(options => options with { Resume = true });

        Assert.Equal(RunEnd.Completed, resumed.End);
        Assert.Equal(s_date, new RunFolder(run.At("run")).ReadConfig().Data.ChatDate);
        var options = EvaluationOptions.FromRun(new RunFolder(run.At("run"))) with { DataFile = run.At("eval.jsonl") };
        var loss = (await ModelEvaluation.RunAsync(options)).Result.TokenLoss;
        Assert.Equal(resumed.Best!.TokenLoss, loss, 9);
        var other = options with { Data = options.Data with { ChatDate = new DateOnly(2025, 11, 28) } };
        Assert.NotEqual(loss, (await ModelEvaluation.RunAsync(other)).Result.TokenLoss, 9);
    }

    [Fact]
    public async Task A_date_that_is_not_given_is_that_of_today()
    {
        using var run = Chats();
        var before = ChatDate.Today;
        await run.TrainAsync(options => options with { Steps = 1 });

        Assert.InRange(new RunFolder(run.At("run")).ReadConfig().Data.ChatDate!.Value, before, ChatDate.Today);
    }

    [Fact]
    public async Task Runs_without_a_chat_template_write_no_date()
    {
        using var run = new TinyRun();
        await run.TrainAsync(options => options with { Steps = 1 });

        Assert.DoesNotContain("chat_date", File.ReadAllText(run.At("run", "config.json")), StringComparison.Ordinal);
    }

    private static TinyRun Chats()
    {
        var run = new TinyRun();
        File.WriteAllText(
            Path.Combine(run.At("model"), "chat_template.jinja"),
            "{{ strftime_now('%d%m') }} {% for message in messages %}{{ message['role'][0] }}{{ message['content'] }};{% endfor %}"
                + "{% if add_generation_prompt %}a{% endif %}"
        );
        static string Row(string text) => $$"""{"prompt": "{{text}}", "completion": "{{text}}"}""";
        run.Write("train.jsonl", [.. Enumerable.Range(0, 6).Select(index => Row($"good {index}"))]);
        run.Write("eval.jsonl", [.. Enumerable.Range(0, 2).Select(index => Row($"fine {index}"))]);
        run.Options = run.Options with
        {
            Data = new DataOptions { MaxLength = 48, InvocationTokens = 1 },
            Steps = 4,
            AnswerTokens = 6,
            Samples = 0,
        };
        return run;
    }
}
