using MobiZO.Data;
using MobiZO.Initialization;
using MobiZO.Models;
using MobiZO.Optimization;
using MobiZO.Runs;
using MobiZO.Training;

namespace MobiZO.Tests.Training;

/// <summary>Rows of every shape train without a word about the scope.</summary>
public sealed class ChosenScopeTests
{
    [Theory]
    [InlineData(
        """{"prompt": "one", "completion": " yes"}""",
        """{"prompt": "two", "completion": " no"}""",
        "rows.jsonl, line 2 end in different"
    )]
    [InlineData("""{"text": "yes or no"}""", """{"text": "no one"}""", "texts without a prompt")]
    [InlineData("""{"prompt": "one?", "completion": " yes"}""", """{"prompt": "two?", "completion": " no"}""", null)]
    public async Task Rows_decide_the_scope(string first, string second, string? expected)
    {
        using var run = new TinyRun(EngineCatalog.OnnxRuntime);
        run.Write("rows.jsonl", first, second);
        var notes = new List<string>();
        var result = await run.TrainAsync(
            options =>
                options with
                {
                    TrainData = run.At("rows.jsonl"),
                    EvalData = run.At("rows.jsonl"),
                    Data = new DataOptions { MaxLength = 32 },
                    Optimizer = new OptimizerOptions(),
                    Steps = 20,
                },
            happened => notes.AddRange(happened is RunNote note ? [note.Text] : [])
        );
        Assert.True(result.Last!.TokenLoss < 0.94 * result.First!.TokenLoss, $"{result.First} -> {result.Last}");
        var scope = new RunFolder(run.At("run")).ReadConfig().Adapter.Scope;
        Assert.Equal(expected is null ? AdapterScope.Activated : AdapterScope.All, scope);
        var told = notes.Where(note => note.StartsWith("Scope", StringComparison.Ordinal));
        Assert.Equal(expected is null ? 0 : 1, told.Count(note => note.Contains(expected ?? "", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task What_was_asked_for_is_not_replaced()
    {
        using var run = new TinyRun();
        run.Write("rows.jsonl", TinyRun.Row("good", 0), TinyRun.Row("evil", 1));
        FineTuneOptions With(AdapterOptions adapter) =>
            run.Options with
            {
                TrainData = run.At("rows.jsonl"),
                EvalData = run.At("rows.jsonl"),
                Data = run.Options.Data with { Template = "{text}" },
                Adapter = adapter,
            };
        foreach (
            var adapter in (AdapterOptions[])
                [new() { Scope = AdapterScope.Activated }, new() { Initialization = AdapterInitialization.Discriminant }]
        )
        {
            var error = await Assert.ThrowsAsync<FineTuneException>(() => new FineTuner(With(adapter)).PlanAsync());
            Assert.Contains("starts at the same tokens in every prompt", error.Message, StringComparison.Ordinal);
        }
    }
}
