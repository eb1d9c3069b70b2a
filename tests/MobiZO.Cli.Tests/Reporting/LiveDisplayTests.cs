using System.Globalization;
using MobiZO.Cli.Reporting;
using MobiZO.Optimization;
using MobiZO.Training;

namespace MobiZO.Cli.Tests.Reporting;

/// <summary>The live view leaves nothing of itself behind, whatever the width of the terminal.</summary>
public sealed class LiveDisplayTests
{
    private const string Note = "warning: a note that is longer than the terminal is wide and has to be broken between its words somewhere";

    public static TheoryData<int> Widths { get; } = [20, 40, 60, 80, 81, 120, 200];

    [Theory]
    [MemberData(nameof(Widths))]
    public async Task WhatScrollsIsAllThatIsLeft(int width)
    {
        var screen = new Screen(width);
        var most = 0;
        using var output = new Relay(text =>
        {
            screen.Write(text);
            most = Math.Max(most, screen.Lines.Count);
        });
        await new LiveDisplay(new StatusBlock(output, () => width), Options()).ShowAsync(async progress =>
        {
            await Task.Yield();
            foreach (var happened in Events())
            {
                progress.Report(happened);
            }

            return 0;
        });

        var text = string.Join('\n', screen.Lines);
        Assert.DoesNotContain('│', text);
        Assert.DoesNotContain('╭', text);
        Assert.All(screen.Lines, line => Assert.True(line.Length < width, line));
        Assert.Equal(Note.Split(' '), text.Split('\n', ' ').TakeWhile(word => word != "eval").Where(word => word.Length > 0));
        Assert.Equal(3, text.Split("eval ").Length);
        Assert.True(most > screen.Lines.Count + 3, "The view was not drawn.");
        Assert.Equal("", screen.Lines[^1]);
    }

    [Theory]
    [InlineData(40)]
    [InlineData(60)]
    [InlineData(120)]
    public async Task WordsStayWhole(int width)
    {
        var screen = new Screen(width);
        var drawn = new HashSet<string>(StringComparer.Ordinal);
        using var output = new Relay(text =>
        {
            screen.Write(text);
            drawn.UnionWith(screen.Lines.SelectMany(line => line.Split(' ', '│')));
        });
        await new LiveDisplay(new StatusBlock(output, () => width), Options()).ShowAsync(progress =>
        {
            progress.Report(new StageProgress("reading prompts for the initial adapter", 17, 4096));
            Thread.Sleep(150);
            progress.Report(new StageProgress("reading prompts for the initial adapter", 18, 4096));
            return Task.FromResult(0);
        });

        Assert.Superset(new HashSet<string>(["reading", "prompts", "for", "the", "initial", "adapter", "18/4096"]), drawn);
    }

    [Fact]
    public async Task AFailureLeavesTheTerminalAsItWas()
    {
        var screen = new Screen(80);
        using var output = new Relay(screen.Write);
        var display = new LiveDisplay(new StatusBlock(output, () => 80), Options());

        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            display.ShowAsync<int>(progress =>
            {
                progress.Report(new StageProgress("opening", 1, 2));
                throw new InvalidOperationException();
            })
        );

        Assert.Equal([""], screen.Lines);
        Assert.True(screen.IsCursorShown);
    }

    private static FineTuneOptions Options() =>
        new()
        {
            Model = "model",
            TrainData = "rows.tsv",
            Output = "run",
            Steps = 40,
        };

    private static IEnumerable<TrainingEvent> Events()
    {
        yield return new StageProgress("reading prompts for the initial adapter", 0, 4096);
        yield return new RunNote(Note["warning: ".Length..], true);
        for (var step = 0; step < 40; step++)
        {
            Thread.Sleep(step % 10 == 0 ? 120 : 0);
            yield return new StepCompleted(
                new StepResult
                {
                    Step = step,
                    Losses = [1.25f, 2.5f],
                    ProjectedGradients = [0.5f],
                    LearningRate = 0.01f,
                    Skipped = false,
                },
                40,
                12.5,
                123_456_789
            );
            if (step % 20 == 19)
            {
                yield return Evaluation(step + 1);
            }
        }
    }

    private static TrainingEvent Evaluation(int step) =>
        TrainingEventJson.Read(
            $$$"""
            {"event":"evaluation-completed","step":{{{step}}},"is_best":{{{(step == 20 ? "true" : "false")}}},"time":"2025-11-26T07:08:09Z",
            "result":{"choices":[" no"," yes"],"examples":[{"line_number":2,"label":1,"prediction":1,"scores":[-1,-0.5],
            "answer_log_probability":-0.5,"answer_tokens":1}]}}
            """
        );

    private sealed class Relay(Action<string> write) : StringWriter(CultureInfo.InvariantCulture)
    {
        public override void Write(string? value) => write(value ?? "");
    }
}
