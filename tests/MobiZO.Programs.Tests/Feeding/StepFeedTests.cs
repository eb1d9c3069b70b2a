using MobiZO.Programs.Assembling;
using MobiZO.Programs.Feeding;

namespace MobiZO.Programs.Tests.Feeding;

public sealed class StepFeedTests
{
    private static readonly PromptExample s_free = new([1, 2, 3], 1, [4, 5], [], 0);
    private static readonly PromptExample s_choice = new(
        [1, 2, 3],
        1,
        [],
        [
            [4],
            [5],
        ],
        1
    );

    public static TheoryData<StepLossKind, PromptExample> Unfit =>
        new()
        {
            { StepLossKind.Tokens, s_free with { Answer = [] } },
            { StepLossKind.Tokens, s_choice },
            { StepLossKind.Choices, s_free },
            {
                StepLossKind.Choices,
                s_choice with
                {
                    Choices =
                    [
                        [4],
                    ],
                }
            },
            {
                StepLossKind.Choices,
                s_choice with
                {
                    Choices =
                    [
                        [4],
                        [5, 6],
                    ],
                }
            },
            {
                StepLossKind.ChoiceSequences,
                s_choice with
                {
                    Choices =
                    [
                        [4],
                        [],
                    ],
                }
            },
            { StepLossKind.Tokens, s_free with { Prompt = [] } },
            { StepLossKind.Tokens, s_free with { SuffixStart = 3 } },
            { StepLossKind.Tokens, s_free with { SuffixStart = -1 } },
        };

    /// <summary>Nothing is ever trained on a row without an answer: its loss would be zero, and so would be its gradient.</summary>
    [Theory]
    [MemberData(nameof(Unfit))]
    public void Examples_that_do_not_fit_the_loss_are_refused(StepLossKind form, PromptExample example) =>
        Assert.Contains(form.ToString(), Assert.Throws<ProgramException>(() => StepFeed.Create(form, [example], 2)).Message);

    [Theory]
    [InlineData(0, 2)]
    [InlineData(2, 0)]
    public void Steps_without_examples_or_copies_are_refused(int examples, int copies) =>
        Assert.Throws<ProgramException>(() => StepFeed.Create(StepLossKind.Tokens, [.. Enumerable.Repeat(s_free, examples)], copies));

    [Fact]
    public void Rows_hold_the_suffix_and_all_answer_tokens_but_the_last()
    {
        var feed = StepFeed.Create(StepLossKind.Tokens, [s_free, new([7, 8], 1, [9], [], 0)], 1);
        Assert.Equal((2, 3), (feed.RowCount, feed.TokensPerRow));
        Assert.Equal([2L, 3, 4, 8, 0, 0], feed.Inputs[ProgramNames.InputIds].Longs);
        Assert.Equal([1L, 2, 3, 1, 2, 3], feed.Inputs[ProgramNames.Positions].Longs);
        Assert.Equal([1L, 2, 3], feed.Inputs[ProgramNames.AnswerRows].Longs);
        Assert.Equal([4L, 5, 9], feed.Inputs[ProgramNames.CandidateIds].Longs);
        Assert.Equal([1f / 3, 1f / 3, 1f / 3], feed.Inputs[ProgramNames.AnswerWeights].Floats);
    }

    [Fact]
    public void Every_copy_sees_the_same_examples()
    {
        var other = new PromptExample(
            [7, 8, 9],
            0,
            [],
            [
                [4],
                [5],
            ],
            0
        );
        var feed = StepFeed.Create(StepLossKind.Choices, [s_choice, other], 2);
        Assert.Equal([2L, 3, 0, 7, 8, 9, 2, 3, 0, 7, 8, 9], feed.Inputs[ProgramNames.InputIds].Longs);
        Assert.Equal([1L, 0, 1, 0], feed.Inputs[ProgramNames.Labels].Longs);
        Assert.Equal(2, feed.ExampleCount);
        Assert.Equal([(0, 0), (1, 0)], feed.FirstCopyRows);
    }
}
