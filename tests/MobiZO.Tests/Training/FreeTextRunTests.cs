using System.Text.Json.Nodes;
using MobiZO.Data;
using MobiZO.Evaluation;
using MobiZO.Runs;
using MobiZO.Scoring;
using MobiZO.Training;

namespace MobiZO.Tests.Training;

/// <summary>Runs on free text: what is decided, what the samples say, and that they change nothing.</summary>
public sealed class FreeTextRunTests
{
    [Fact]
    public async Task Samples_are_told_and_kept_and_change_nothing()
    {
        using var run = Completions();
        var told = new List<SamplesWritten>();
        var with = await run.TrainAsync(seen: happened => told.AddRange(happened is SamplesWritten samples ? [samples] : []));
        var without = await run.TrainAsync(options => options with { Output = run.At("without"), Samples = 0 });
        Assert.Equal(run.AdapterBytes(), run.AdapterBytes("without"));
        Assert.Equal([0, 3, 4], told.Select(samples => samples.Step));
        Assert.Empty(without.Samples);
        Assert.False(File.Exists(run.At("without", "samples.jsonl")));
        Assert.Equal(2, with.Samples.Count);
        var sample = with.Samples[0];
        Assert.Equal(("fine 0", "fine 0", true), (sample.Prompt, sample.Expected, sample.IsHeldOut));
        Assert.Equal([0, 3, 4], sample.Texts.Select(text => text.Step));
        Assert.Contains("\"samples\"", File.ReadAllText(run.At("run", "report.json")));
    }

    [Fact]
    public async Task A_resumed_run_has_the_samples_of_one_that_was_never_stopped()
    {
        using var run = Completions();
        var whole = await run.TrainAsync();
        await run.TrainUntilAsync(3, options => options with { Output = run.At("stopped") });
        File.AppendAllText(run.At("stopped", "samples.jsonl"), "{\"step\": 3, \"ro");
        var resumed = await run.TrainAsync(options => options with { Output = run.At("stopped"), Resume = true });
        Assert.Equal(run.AdapterBytes(), run.AdapterBytes("stopped"));
        Assert.Equal(
            whole.Samples.SelectMany(sample => sample.Texts.Select(text => (sample.Prompt, text))),
            resumed.Samples.SelectMany(sample => sample.Texts.Select(text => (sample.Prompt, text)))
        );
    }

    [Fact]
    public async Task What_rows_decide_stands_in_the_run()
    {
        using var run = Completions();
        await run.TrainAsync();
        var config = new RunFolder(run.At("run")).ReadConfig();
        Assert.Equal(4, config.Steps);
        Assert.Equal(ChatTemplateUse.Never, config.Data.ChatTemplate);
        Assert.NotNull(config.Data.AnswerSuffix);
    }

    [Fact]
    public async Task A_run_from_before_reads_its_rows_as_they_are()
    {
        using var run = Completions();
        await run.TrainUntilAsync(
            2,
            options => options with { Data = options.Data with { AnswerSuffix = "", ChatTemplate = ChatTemplateUse.Never } }
        );
        var config = JsonNode.Parse(File.ReadAllText(run.At("run", "config.json")))!;
        foreach (var key in new[] { "chat_template", "answer_suffix", "turns" })
        {
            Assert.True(config["data"]!.AsObject().Remove(key));
        }

        config.AsObject().Remove("samples");
        File.WriteAllText(run.At("run", "config.json"), config.ToJsonString());
        var resumed = await run.TrainAsync(options => options with { Resume = true });
        Assert.Equal(RunEnd.Completed, resumed.End);
    }

    [Theory]
    [InlineData(2, 2, 12)]
    [InlineData(60, 16, 12)]
    [InlineData(1000, 16, 188)]
    [InlineData(1_000_000, 16, 1000)]
    public void Steps_of_free_text_follow_the_rows(int rows, int examples, int expected)
    {
        var open = new FineTuneOptions
        {
            Model = "m",
            TrainData = "d",
            Output = "o",
        };
        Assert.Equal(expected, DefaultSteps.Of(open, rows, labels: 0, examples, isFreeText: true));
        Assert.Equal(60, DefaultSteps.Of(open, rows, labels: 2, examples, isFreeText: false));
        Assert.Equal(7, DefaultSteps.Of(open with { Steps = 7 }, rows, labels: 0, examples, isFreeText: true));
    }

    [Fact]
    public async Task Evaluations_may_compare_what_is_written()
    {
        using var run = Completions();
        var result = await run.TrainAsync(options => options with { Metric = TextMetric.WordF1, AnswerTokens = 6 });
        Assert.All(result.Evaluations, point => Assert.InRange(point.Score!.Value, 0, 1));
        var options = EvaluationOptions.FromRun(new RunFolder(run.At("run"))) with { DataFile = run.At("eval.jsonl") };
        Assert.Equal((TextMetric.WordF1, 6), (options.Metric, options.AnswerTokens));
        var report = await ModelEvaluation.RunAsync(options);
        Assert.Equal(result.Best!.Score!.Value, report.Result.Score!.Value, 9);
        Assert.Equal(report.Result.Examples.Average(example => example.AnswerScore!.Value), report.Result.Score!.Value, 12);

        // Without an adapter the base model answers: as the run did before its first step.
        var before = await ModelEvaluation.RunAsync(options with { Adapter = null });
        Assert.Equal(result.First!.Score!.Value, before.Result.Score!.Value, 9);
        Assert.All(before.Result.Examples, example => Assert.NotNull(example.Answer));

        // What the run keeps of its last evaluation are the answers of its last adapter.
        var last = await ModelEvaluation.RunAsync(options with { Adapter = run.At("run", "adapter") });
        Assert.Equal(
            last.Result.Examples.Select(example => (example.Answer, example.AnswerScore)),
            result.LastRows!.Examples.Select(example => (example.Answer, example.AnswerScore))
        );
    }

    /// <summary>A slip of the pen in the name would compare with fewer answers, and say nothing.</summary>
    [Fact]
    public async Task A_column_of_right_answers_that_no_row_has_is_refused()
    {
        using var run = Completions();
        var data = run.Options.Data with { CompletionsColumn = "answerz" };
        var error = await Assert.ThrowsAsync<DataException>(() => run.TrainAsync(options => options with { Data = data, Steps = 1 }));
        Assert.Contains("found the columns 'prompt', 'completion'", error.Message, StringComparison.Ordinal);
        Assert.Contains("expected a column 'answerz' of right answers", error.Message, StringComparison.Ordinal);
        var evaluation = new EvaluationOptions
        {
            Model = run.Options.Model,
            DataFile = run.At("eval.jsonl"),
            Data = data,
            Engine = run.Options.Engine,
        };
        await Assert.ThrowsAsync<DataException>(() => ModelEvaluation.RunAsync(evaluation with { Metric = TextMetric.RougeL }));
        var report = await ModelEvaluation.RunAsync(evaluation);
        Assert.Contains(report.Warnings, warning => warning.Contains("CompletionsColumn", StringComparison.Ordinal));

        // Evaluation rows alone may have it.
        run.Write("eval.jsonl", """{"prompt": "fine 1", "completion": "fine", "answerz": "[\"good\"]"}""");
        await run.TrainAsync(options => options with { Data = data, Steps = 1 });
    }

    /// <summary>Rows inside a row stand in one line of the file, and each has an answer of its own.</summary>
    [Fact]
    public async Task Every_row_of_a_line_may_be_a_sample()
    {
        using var run = Completions();
        run.Write("eval.jsonl", """{"in": [{"q": "fine 1", "a": "fine"}, {"q": "fine 2", "a": "good"}]}""");
        var data = run.Options.Data with
        {
            RowsIn = ["in"],
            Template = "{q}",
            Fields = [new RowField("q", "{in.q|prompt}"), new RowField("completion", "{in.a|completion}")],
        };
        var result = await run.TrainAsync(options => options with { Data = data, Steps = 1 });
        Assert.Equal(["fine 1", "fine 2"], result.Samples.Select(sample => sample.Prompt));
    }

    /// <summary>What an answer is compared with has no text behind it, and what was written ends before that text.</summary>
    [Fact]
    public async Task What_is_written_ends_with_the_answer()
    {
        using var run = Completions();
        var result = await run.TrainAsync(options =>
            options with
            {
                Data = options.Data with { AnswerSuffix = "." },
                Metric = TextMetric.ExactMatch,
            }
        );
        Assert.All(result.Samples, sample => Assert.Equal(sample.Prompt, sample.Expected));
        Assert.All(result.Samples.SelectMany(sample => sample.Texts), text => Assert.DoesNotContain(".", text.Text));
        Assert.All(result.LastRows!.Examples, example => Assert.DoesNotContain(".", example.Answer!));
    }

    /// <summary>Words of a file were given, whatever labels they are of.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Labels_that_are_numbers_are_told_of_only_where_they_are_words(bool areGiven)
    {
        using var run = new TinyRun();
        run.Write("words.tsv", "0\tno", "1\tyes");
        var data = run.Options.Data with { Choices = null, LabelWordsFile = areGiven ? run.At("words.tsv") : null };
        var notes = new List<string>();
        await run.TrainAsync(
            options => options with { Data = data, Steps = 1 },
            happened => notes.AddRange(happened is RunNote note ? [note.Text] : [])
        );
        Assert.Equal(!areGiven, notes.Any(note => note.StartsWith("The labels are numbers", StringComparison.Ordinal)));
    }

    /// <summary>A text that is cut has no answer beside it that was not.</summary>
    [Fact]
    public async Task A_text_that_is_cut_is_told_of_without_an_answer()
    {
        using var run = new TinyRun();
        var words = string.Concat(Enumerable.Repeat("good ", 40));
        string[] texts = [.. Enumerable.Range(0, 4).Select(index => $$"""{"text": "{{words}}{{index}}"}""")];
        run.Write("train.jsonl", texts);
        run.Write("eval.jsonl", texts[..2]);
        var notes = new List<string>();
        await run.TrainAsync(
            options =>
                options with
                {
                    Data = new DataOptions { MaxLength = 16 },
                    Steps = 1,
                },
            happened => notes.AddRange(happened is RunNote note ? [note.Text] : [])
        );
        Assert.Contains("4 of 4 training rows were cut to 16 tokens. Raise DataOptions.MaxLength if what was cut matters.", notes);
        Assert.Contains(notes, note => note.StartsWith("2 of 2 evaluation rows were cut to 16 tokens.", StringComparison.Ordinal));
    }

    private static TinyRun Completions()
    {
        var run = new TinyRun();
        static string Row(string text) => $$"""{"prompt": "{{text}}", "completion": "{{text}}"}""";
        run.Write("train.jsonl", [.. Enumerable.Range(0, 6).Select(index => Row($"good {index}"))]);
        run.Write("eval.jsonl", [.. Enumerable.Range(0, 2).Select(index => Row($"fine {index}"))]);
        run.Options = run.Options with
        {
            Data = new DataOptions { MaxLength = 32, InvocationTokens = 1 },
            Steps = 4,
            AnswerTokens = 6,
        };
        return run;
    }
}
