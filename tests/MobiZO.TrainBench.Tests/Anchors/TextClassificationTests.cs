using MobiZO.TrainBench.Anchors;

namespace MobiZO.TrainBench.Tests.Anchors;

public sealed class TextClassificationTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mobizo-ml-net-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Labels_that_share_words_are_told_apart_in_the_same_way_each_time()
    {
        string[] things = ["card", "order", "account", "parcel", "fee", "loan", "limit", "transfer"];
        var train = things.Take(6).SelectMany(thing => new[] { Row("block", thing), Row("open", thing) });
        var eval = things.Skip(6).SelectMany(thing => new[] { Row("block", thing), Row("open", thing) });
        var run = RunOf(train, eval);
        var first = TextClassification.Of(run)!.Value;
        Assert.Equal((12, 4, 4), (first.TrainRows, first.Anchor.Rows, first.Anchor.Correct));
        Assert.Equal(first, TextClassification.Of(run));
    }

    [Fact]
    public void Rows_with_choices_of_their_own_have_no_labels_in_common()
    {
        string[] rows =
        [
            """{"prompt": "a?", "chosen": " yes", "rejected": " no"}""",
            """{"prompt": "b?", "chosen": " one", "rejected": " two"}""",
        ];
        Assert.Null(TextClassification.Of(RunOf(rows, rows)));
    }

    private static string Row(string label, string thing) => $$"""{"text": "please {{label}} the {{thing}} now", "label": "{{label}}"}""";

    private FineTuneOptions RunOf(IEnumerable<string> train, IEnumerable<string> eval)
    {
        var (trainFile, evalFile) = (Path.Combine(_folder, "train.jsonl"), Path.Combine(_folder, "eval.jsonl"));
        File.WriteAllLines(trainFile, train);
        File.WriteAllLines(evalFile, eval);
        return new FineTuneOptions
        {
            Model = Path.Combine(AppContext.BaseDirectory, "models", "nano"),
            TrainData = trainFile,
            EvalData = evalFile,
            Output = Path.Combine(_folder, "run"),
        };
    }
}
