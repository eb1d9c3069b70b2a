using MobiZO.Data;
using MobiZO.Evaluation;
using MobiZO.Scoring;

namespace MobiZO.Tests.Training;

/// <summary>Rows with a column of the name that further right answers have, and something else in it.</summary>
public sealed class RightAnswerTests : IDisposable
{
    private readonly TinyRun _run = new();

    public RightAnswerTests() =>
        _run.Write(
            "free.jsonl",
            [.. Enumerable.Range(0, 4).Select(i => $$"""{"prompt": "is {{i}}", "completion": "no", "completions": "17"}""")]
        );

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task TheColumnIsReadByAMetricAlone()
    {
        var data = new DataOptions { Template = "{prompt}?", MaxLength = 32 };
        FineTuneOptions Free(FineTuneOptions options) =>
            options with
            {
                TrainData = _run.At("free.jsonl"),
                EvalData = _run.At("free.jsonl"),
                Data = data,
                Steps = 1,
                Samples = 0,
            };
        await _run.TrainAsync(Free);
        var evaluation = new EvaluationOptions
        {
            Model = _run.At("model"),
            DataFile = _run.At("free.jsonl"),
            Data = data,
            Engine = _run.Options.Engine,
        };
        Assert.Equal(4, (await ModelEvaluation.RunAsync(evaluation)).Result.Examples.Count);

        var trained = await Assert.ThrowsAsync<DataException>(() =>
            _run.TrainAsync(options => Free(options) with { Metric = TextMetric.WordF1, Output = _run.At("other") })
        );
        var scored = await Assert.ThrowsAsync<DataException>(() =>
            ModelEvaluation.RunAsync(evaluation with { Metric = TextMetric.WordF1 })
        );
        Assert.Contains("expected a JSON array of right answers", trained.Message, StringComparison.Ordinal);
        Assert.Equal(trained.Message, scored.Message);
    }
}
