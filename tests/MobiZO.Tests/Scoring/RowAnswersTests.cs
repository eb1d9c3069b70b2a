using MobiZO.Adapted;
using MobiZO.Adapters;
using MobiZO.Data;
using MobiZO.Models;
using MobiZO.PrefixCache;
using MobiZO.Programs.Engines;
using MobiZO.Scoring;
using MobiZO.TestKit;

namespace MobiZO.Tests.Scoring;

/// <summary>Answers end where those of the rows do.</summary>
public sealed class RowAnswersTests
{
    private const int MostTokens = 12;

    [Fact]
    public void AnAnswerEndsBeforeTheTextBehindAnswers()
    {
        using var model = LocalModel.Open(
            Path.Combine(Shared.Repository, "models", "nano"),
            new EngineOptions { Name = EngineCatalog.Reference }
        );
        var whole = Write(model, suffix: "");
        Assert.All(whole, answer => Assert.Equal(MostTokens, answer.Ids.Length));
        Assert.Equal(" ab", whole[0].Text.Expected);
        var end = whole[0].Text.Answer[5..7];
        var length = whole[0].Text.Answer.IndexOf(end, StringComparison.Ordinal);

        var ended = Write(model, end);

        Assert.Equal(whole[0].Text.Answer[..length], ended[0].Text.Answer);
        Assert.InRange(ended[0].Ids.Length, 1, MostTokens - 1);
        Assert.Equal(" ab", ended[0].Text.Expected);
        Assert.Equal(whole[1].Text.Answer.Split(end)[0], ended[1].Text.Answer);
        Assert.Equal(1, MetricScore.Of(TextMetric.ExactMatch, ended[0].Text with { Expected = whole[0].Text.Answer[..length] }));
    }

    /// <summary>What is left out of a text ends it by its token.</summary>
    [Fact]
    public void ASpecialTokenEndsAnAnswerTooAndNoOtherTokenDoes()
    {
        using var model = LocalModel.Open(Path.Combine(Shared.Repository, "models", "nano"));
        var special = Enumerable.Range(0, model.Tokenizer.VocabularySize).First(model.Tokenizer.IsSpecial);
        var (name, letter) = (model.Tokenizer.IdToToken(special)!, model.Tokenizer.Encode("a", addSpecialTokens: false).Ids[0]);
        var text = new AnswerText(model.Tokenizer, [letter], name);

        text.Add(letter);
        Assert.False(text.HasEnded);
        text.Add(special);
        Assert.True(text.HasEnded);
        text.Add(letter);

        Assert.Equal("a", text.Finish());
    }

    [Theory]
    [InlineData("\n", "{\"prompt\": \"a\", \"completion\": \"b\"}", "\n")]
    [InlineData("\n", "{\"prompt\": \"a\", \"choices\": [\"b\", \"c\"], \"answer\": 0}", "\n")]
    [InlineData("", "{\"prompt\": \"a\", \"completion\": \"b\"}", null)]
    public void RowsKnowWhatEndsThem(string suffix, string line, string? end)
    {
        using var file = new Data.TemporaryFile("a.jsonl", line);
        var options = new DataOptions { AnswerSuffix = suffix };
        var row = Assert.Single(new ExampleEncoder(new Data.GreedyTokenizer(), options).Encode(DataFile.Read(file.Path, options)));

        Assert.Equal(end, row.AnswerEnd);
    }

    private static (WrittenAnswer Text, int[] Ids)[] Write(LocalModel model, string suffix)
    {
        var module = model.Assembler.LinearModules[0];
        var adapter = LoraAdapter.CreateFresh([(module.Name, module.InputSize, module.OutputSize)], rank: 1, alpha: 1, seed: 0);
        using var adapted = new AdaptedModel(model, adapter, hasSingleRows: false, RunStyle.OneByOne);
        var rows = model
            .EncoderOf(new DataOptions { AnswerSuffix = suffix })
            .Encode([
                new DataRow("a", 1, ["prompt", "completion"], ["The whale swam.\nAnswer:", " ab"]),
                new DataRow("a", 2, ["prompt", "completion"], ["It was a dark night, and", " ab"]),
            ]);
        using var prompts = adapted.OpenStore(
            [.. rows.Select(row => AnswerWriter.ExampleOf(row, adapted.Start))],
            new PrefixCacheOptions(PrefixCacheType.Fp32, 1 << 30, null, 1024)
        );
        using var writer = new AnswerWriter(adapted, MostTokens);
        var tensors = AdapterTensors.Of(adapter);
        return new RowAnswers(writer, adapted, rows, prompts, 1024).WriteAll(
            AnswerCopies.Of(tensors.A, tensors.B.Floats),
            null,
            CancellationToken.None
        );
    }
}
