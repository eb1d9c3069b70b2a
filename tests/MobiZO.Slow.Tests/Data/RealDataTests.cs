using System.Diagnostics;
using MobiZO.Data;
using MobiZO.TestKit;
using MobiZO.Text.Tokenizers;

namespace MobiZO.Slow.Tests.Data;

/// <summary>Row counts as stated in the README beside the data.</summary>
public sealed class RealDataTests
{
    [SharedFact("data/glue/SST-2/train.tsv")]
    public void ReadsSst2InWellUnderASecond()
    {
        string path = Shared.PathOf("data", "glue", "SST-2", "train.tsv");
        IReadOnlyList<DataRow> rows = [];
        double fastest = double.MaxValue;

        // The fastest of a few, so that a busy machine does not decide.
        for (int run = 0; run < 3; run++)
        {
            long start = Stopwatch.GetTimestamp();
            rows = DataFile.Read(path, new DataOptions());
            fastest = Math.Min(fastest, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        Assert.InRange(fastest, 0, 0.5);
        Assert.Equal(67_349, rows.Count);
        Assert.All(rows, row => Assert.True(row["label"] is "0" or "1"));
    }

    [SharedFact("data/sms-spam/sms.tsv")]
    public void ReadsSmsSpam()
    {
        DataOptions options = new()
        {
            Columns = ["label", "text"],
            LabelWords = LabelWord.ParseList("ham= no,spam= yes"),
            Balanced = true,
            MaxRows = 300,
            EvalFraction = 0.2,
        };
        IReadOnlyList<DataRow> rows = DataFile.Read(Shared.PathOf("data", "sms-spam", "sms.tsv"), options);
        Assert.Equal(5_574, rows.Count);
        DataSplit split = new RowSampler(options).Split(rows);
        Assert.Equal((240, 60), (split.Train.Count, split.Eval.Count));
        Assert.Equal(120, split.Train.Count(row => row["label"] == "spam"));
        Assert.Equal(8, split.Eval.Count(row => row["label"] == "spam"));
    }

    [SharedFact("data/agnews/test.tsv")]
    public void ReadsAgNews()
    {
        DataOptions options = new() { Columns = ["text", "topic"] };
        IReadOnlyList<DataRow> rows = DataFile.Read(Shared.PathOf("data", "agnews", "test.tsv"), options);
        Assert.Equal(7_600, rows.Count);
        Assert.Equal(4, rows.Select(row => row["topic"]).Distinct().Count());
    }

    [SharedFact("data/glue/MRPC/msr_paraphrase_train.txt")]
    public void ReadsTsvWithMarkAndLooseQuotes()
    {
        IReadOnlyList<DataRow> rows = DataFile.Read(Shared.PathOf("data", "glue", "MRPC", "msr_paraphrase_train.txt"), new DataOptions());
        Assert.Equal(4_076, rows.Count);
        Assert.All(rows, row => Assert.True(row["Quality"] is "0" or "1"));
    }

    [SharedFact("data/superglue/WSC/val.jsonl")]
    public void ReadsNestedJson()
    {
        DataOptions options = new()
        {
            Template = "{text}\\nDoes \"{target.span2_text}\" mean {target.span1_text}?",
            LabelWords = LabelWord.ParseList("false= No,true= Yes"),
        };
        IReadOnlyList<DataRow> rows = DataFile.Read(Shared.PathOf("data", "superglue", "WSC", "val.jsonl"), options);
        Assert.Equal(104, rows.Count);
        ITokenizer tokenizer = Nano();
        IReadOnlyList<EncodedExample> examples = new ExampleEncoder(tokenizer, options).Encode(rows);
        Assert.EndsWith("Does \"him\" mean anyone?", tokenizer.Decode(examples[0].PromptIds));
    }

    [SharedFact("models/smollm2-135m-instruct/tokenizer.json")]
    public void LongReviewsAreCutAndAnswersKept()
    {
        ITokenizer tokenizer = Tokenizer.FromFile(Shared.PathOf("models", "smollm2-135m-instruct", "tokenizer.json"));
        DataOptions options = new()
        {
            Template = "{sentence}\\nSentiment:",
            Choices = [" negative", " positive"],
            MaxLength = 20,
            InvocationText = "Sentiment:",
        };
        IReadOnlyList<DataRow> rows = DataFile.Read(Shared.PathOf("data", "glue", "SST-2", "dev.tsv"), options);
        var encoder = new ExampleEncoder(tokenizer, options);
        IReadOnlyList<EncodedExample> examples = encoder.Encode(rows);
        DataSummary summary = DataSummary.Of(rows.Count, examples, encoder.Choices);
        Assert.Equal((872, 872, 20), (summary.RowsRead, summary.RowsUsed, summary.Lengths.Max));

        // The development set has 428 negative and 444 positive sentences (GLUE).
        Assert.Equal([new LabelCount(" negative", 428), new LabelCount(" positive", 444)], summary.Labels);
        Assert.InRange(summary.RowsCut, 400, 871);
        foreach (EncodedExample example in examples)
        {
            Assert.Equal("Sentiment:", tokenizer.Decode(example.PromptIds.AsSpan(example.InvocationStart)));
            Assert.Equal(encoder.Choices, example.ChoiceIds.Select(choice => tokenizer.Decode(choice)));
            Assert.DoesNotContain('\uFFFD', tokenizer.Decode(example.PromptIds));
        }
    }

    [SharedTheory("data/superglue/BoolQ/val.jsonl")]
    [InlineData(Truncation.Middle)]
    [InlineData(Truncation.Left)]
    public void LongPassagesAreCutForTheBundledModel(Truncation truncation)
    {
        DataOptions options = new()
        {
            Template = "{passage}\\nQuestion: {question}?\\nAnswer:",
            LabelWords = LabelWord.ParseList("false= no,true= yes"),
            MaxLength = 100,
            Truncation = truncation,
        };
        ITokenizer tokenizer = Nano();
        DataRow[] rows = [.. DataFile.Read(Shared.PathOf("data", "superglue", "BoolQ", "val.jsonl"), options).Take(200)];
        IReadOnlyList<EncodedExample> examples = new ExampleEncoder(tokenizer, options).Encode(rows);
        for (int i = 0; i < rows.Length; i++)
        {
            string prompt = tokenizer.Decode(examples[i].PromptIds);
            Assert.EndsWith($"Question: {rows[i]["question"].Trim()}?\nAnswer:", prompt);
            Assert.InRange(examples[i].Length, examples[i].WasTruncated ? 90 : 1, 100);
        }
    }

    private static ITokenizer Nano() => Tokenizer.FromFile(Path.Combine(Shared.Repository, "models", "nano", "tokenizer.json"));
}
