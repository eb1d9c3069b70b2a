using MobiZO.Optimization;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Feeding;
using MobiZO.Programs.Ops;
using MobiZO.Training;

namespace MobiZO.Tests.Training;

public sealed class StepExtentsTests
{
    private static readonly CopyPlan s_plan = CopyPlan.Create(EstimatorKind.TwoSided, 3);

    /// <summary>
    /// Counted by hand: two rows a copy; the longer one has its last two prompt tokens and three of its four answer tokens.
    /// </summary>
    [Fact]
    public void Answers_of_tokens()
    {
        PromptExample[] examples = [new([1, 2, 3, 4, 5], 4, [6, 7], [], 0), new([1, 2, 3, 4, 5, 6, 7], 5, [1, 2, 3, 4], [], 0)];
        var extents = StepExtents.Of(StepLossKind.Tokens, examples, 2, LengthGrid.Exact, s_plan);
        Assert.Equal(
            (6, 12, 5, 5, 48),
            (Most(extents, "P"), Most(extents, "N"), Most(extents, "S"), Most(extents, "T"), Most(extents, "R"))
        );
        Assert.Equal([3], extents.Of("q")!.Values);
        Assert.Equal([2], extents.Of("F")!.Values);
    }

    /// <summary>
    /// Every choice is a row: three choices of two examples, the longest of three tokens. The other plan has more copies.
    /// </summary>
    [Fact]
    public void Choices_of_several_tokens_and_a_second_plan()
    {
        PromptExample[] examples =
        [
            new(
                [1, 2, 3],
                0,
                [],
                [
                    [1],
                    [2, 3],
                    [4, 5, 6],
                ],
                0
            ),
            new(
                [1, 2],
                1,
                [],
                [
                    [1],
                    [2],
                    [3],
                ],
                2
            ),
        ];
        var extents = StepExtents.Of(
            StepLossKind.ChoiceSequences,
            examples,
            2,
            LengthGrid.Exact,
            s_plan,
            CopyPlan.CreateLine([0, 1, 2, 3, 4, 5, 6, 7])
        );
        Assert.Equal(
            (8, 48, 5, 1, 144),
            (Most(extents, "P"), Most(extents, "N"), Most(extents, "S"), Most(extents, "T"), Most(extents, "R"))
        );
        Assert.Equal([1, 3], extents.Of("q")!.Values);
        Assert.Equal([6], extents.Of("F")!.Values);
    }

    [Theory]
    [InlineData(StepLossKind.Tokens)]
    [InlineData(StepLossKind.Choices)]
    [InlineData(StepLossKind.ChoiceSequences)]
    public void Every_step_was_announced(StepLossKind loss)
    {
        using var tiny = new TinyStep(MobiZO.Models.EngineCatalog.Reference, loss);
        var program = tiny.Model.Assembler.Step(tiny.Options());
        var extents = StepExtents.Of(loss, tiny.Examples, 3, LengthGrid.Exact, s_plan);
        for (var first = 0; first + 3 <= tiny.Examples.Length; first++)
        {
            var inputs = StepFeed.Create(loss, tiny.Examples[first..(first + 3)], s_plan.Count).Inputs;
            var symbols = new Dictionary<string, long>
            {
                ["N"] = inputs[ProgramNames.InputIds].Shape[0],
                ["S"] = inputs[ProgramNames.InputIds].Shape[1],
                ["R"] = inputs[ProgramNames.AnswerRows].Shape[0],
                ["F"] = inputs[ProgramNames.FirstInputIds].Shape[0],
            };
            extents.Require(program.Name, symbols);
        }
    }

    private static long Most(Extents extents, string symbol) => extents.Of(symbol)!.Most;
}
