using MobiZO.Data;

namespace MobiZO.Tests.Data;

public sealed class DataSummaryTests
{
    [Fact]
    public void CountsRowsLengthsAndLabels()
    {
        EncodedExample[] examples =
        [
            .. Enumerable
                .Range(1, 20)
                .Select(i => new EncodedExample
                {
                    LineNumber = i,
                    PromptIds = new int[i],
                    AnswerIds = [1],
                    ChoiceIds =
                    [
                        [1],
                        [2, 3],
                    ],
                    Label = i <= 15 ? 0 : 1,
                    InvocationStart = i - 1,
                    WasTruncated = i > 18,
                }),
        ];
        DataSummary summary = DataSummary.Of(25, examples, [" no", " yes"]);
        Assert.Equal(new LengthStatistics(3, 12, 21, 22), summary.Lengths);
        Assert.Equal(
            "25 rows read, 20 used, 2 cut; tokens min 3, median 12, p95 21, max 22; labels ' no' 15, ' yes' 5",
            summary.ToString()
        );
        Assert.Equal("1 rows read, 1 used, 0 cut; tokens min 3, median 3, p95 3, max 3", DataSummary.Of(1, examples[..1], []).ToString());
    }
}
