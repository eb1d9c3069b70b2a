using MobiZO.Data;

namespace MobiZO.Tests.Data;

public sealed class RowNotesTests
{
    private static readonly DataOptions s_options = new() { Template = "{text}", Choices = [" no", " yes", " maybe"] };

    [Theory]
    [InlineData(8, 0, 0, "All 8 training rows have the label word ' no'")]
    [InlineData(97, 2, 1, "97 of 100 training rows have the label word ' no'")]
    [InlineData(5, 4, 0, "None of the 9 training rows has the label word ' maybe'")]
    [InlineData(0, 4, 0, "All 4 training rows have the label word ' yes'")]
    public void RowsOfOneLabelAreToldAndLopsidedOnesToo(int no, int yes, int maybe, string expected) =>
        Assert.StartsWith(expected, Assert.Single(Notes("training", no, yes, maybe)), StringComparison.Ordinal);

    [Theory]
    [InlineData(8, 1, 1)]
    [InlineData(1, 0, 0)]
    [InlineData(1, 1, 1)]
    public void OtherRowsAreNot(int no, int yes, int maybe) => Assert.Empty(Notes("evaluation", no, yes, maybe));

    [Fact]
    public void WhatWasCutIsToldWithItsReason()
    {
        var summary = new DataSummary(4, 4, 2, LengthStatistics.Of([3]), []);
        string byLength = Assert.Single(RowNotes.Of("training", summary, Encoder(s_options with { MaxLength = 20 }, context: 40)));
        Assert.Contains("cut to 20 tokens (their answers were not). Raise DataOptions.MaxLength", byLength, StringComparison.Ordinal);
        string byContext = Assert.Single(RowNotes.Of("training", summary, Encoder(s_options with { MaxLength = 60 }, context: 40)));
        Assert.Contains("cut to 40 tokens, the model's context (their answers were not). Shorten", byContext, StringComparison.Ordinal);
        string text = Assert.Single(
            RowNotes.Of("training", summary, Encoder(s_options with { MaxLength = 20 }, context: 40), areTexts: true)
        );
        Assert.Contains("cut to 20 tokens. Raise DataOptions.MaxLength", text, StringComparison.Ordinal);
    }

    [Fact]
    public void ALengthBeyondTheContextIsTold()
    {
        Assert.Equal(
            "DataOptions.MaxLength 60 is limited to the model's context of 40 tokens.",
            Assert.Single(Encoder(s_options with { MaxLength = 60 }, context: 40).Notes)
        );
        Assert.Empty(Encoder(s_options, context: 40).Notes);
        Assert.Empty(Encoder(s_options with { MaxLength = 30 }, context: 40).Notes);
        Assert.Equal(40, Encoder(s_options, context: 40).MaxLength);
    }

    private static IEnumerable<string> Notes(string what, params int[] counts)
    {
        var rows = counts.Sum();
        LabelCount[] labels = [.. s_options.Choices!.Zip(counts, (word, count) => new LabelCount(word, count))];
        return RowNotes.Of(what, new DataSummary(rows, rows, 0, LengthStatistics.Of([3]), labels), Encoder(s_options, context: null));
    }

    private static ExampleEncoder Encoder(DataOptions options, int? context) => new(new GreedyTokenizer(), options, context: context);
}
