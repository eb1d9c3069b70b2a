using MobiZO.Programs.Assembling;
using MobiZO.TestKit.Tiny;
using MobiZO.TrainBench.Steps;

namespace MobiZO.TrainBench.Tests.Steps;

/// <summary>Counted by hand for a model of 2 layers: H = 24, 4 heads on 2 key/value heads of width 6, MLP 48, V = 40.</summary>
public sealed class ProgramCostTests
{
    // q and o 24 x 24, k and v 24 x 12, gate, up and down 24 x 48.
    private const double WeightsOfLayer = (2 * 24 * 24) + (2 * 24 * 12) + (3 * 24 * 48);

    private const int Rows = 12,
        Tokens = 3,
        Cached = 4,
        Answers = 12,
        Candidates = 3;

    [Fact]
    public void A_step_over_all_tokens()
    {
        var cost = Of(PrefixKind.Tokens, StepLossKind.Choices);
        Assert.Equal(2 * 2 * Rows * Tokens * WeightsOfLayer, cost.LinearFlops);
        Assert.Equal(2 * (4.0 * 4 * 6 * Rows * Tokens * Tokens), cost.AttentionFlops);
        Assert.Equal(2.0 * Answers * Candidates * 24, cost.HeadFlops);

        // Rank 2 on q (24 to 24) and v (24 to 12) of both layers.
        Assert.Equal(2 * 2.0 * Rows * Tokens * 2 * (24 + 24 + 24 + 12), cost.AdapterFlops);
        Assert.Equal(cost.LinearFlops + cost.AttentionFlops + cost.HeadFlops + cost.AdapterFlops, cost.Flops);

        // Both layers, five norms of 24, the gathered rows of embedding and head.
        Assert.Equal(4 * ((2 * WeightsOfLayer) + (5 * 24) + (Rows * Tokens * 24) + (Answers * Candidates * 24)), cost.WeightBytes);
    }

    [Fact]
    public void Only_the_matrices_of_linear_layers_shrink_with_the_format() =>
        Assert.Equal(
            Of(PrefixKind.Tokens, StepLossKind.Choices).WeightBytes - (3 * 2 * WeightsOfLayer),
            Of(PrefixKind.Tokens, StepLossKind.Choices, bytesPerWeight: 1).WeightBytes
        );

    [Fact]
    public void Cached_prompts_cost_attention_only() =>
        Assert.Equal(2 * (4.0 * 4 * 6 * Rows * Tokens * (Cached + Tokens)), Of(PrefixKind.KeyValues, StepLossKind.Choices).AttentionFlops);

    [Fact]
    public void A_loss_over_the_vocabulary_reads_the_whole_head()
    {
        var (choices, tokens) = (Of(PrefixKind.Tokens, StepLossKind.Choices), Of(PrefixKind.Tokens, StepLossKind.Tokens));
        Assert.Equal(2.0 * Answers * 24 * 40, tokens.HeadFlops);
        Assert.Equal(choices.LinearFlops, tokens.LinearFlops);
        Assert.Equal(choices.WeightBytes + (4 * 24 * (40 - (Answers * Candidates))), tokens.WeightBytes);
    }

    private static ProgramCost Of(PrefixKind prompt, StepLossKind loss, double bytesPerWeight = 4)
    {
        var model = new TinyLlama();
        var program = model.Assembler.Step(
            new StepOptions
            {
                Adapter = model.Adapter(2, "q_proj", "v_proj"),
                Prompt = prompt,
                Loss = loss,
            }
        );
        return ProgramCost.Of(program, ProgramInputs.Extents, bytesPerWeight);
    }
}
