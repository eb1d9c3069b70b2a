using MobiZO.Programs.Building;
using MobiZO.Programs.Ops;
using MobiZO.Programs.ReverseOps;

namespace MobiZO.Programs.Differentiating;

/// <summary>The rule of every operation that can lie between an adapter and the loss.</summary>
internal static class ReverseRules
{
    private static readonly Dictionary<Type, Action<ReversedNode>> s_rules = new([
        Rule<Activation>(ActivationRule.Apply),
        Rule<CachedAttention>(CachedAttentionRule.Apply),
        Rule<CandidateLogProbabilities>(CandidateLogProbabilitiesRule.Apply),
        Rule<CandidateLogits>(CandidateLogitsRule.Apply),
        Rule<CausalAttention>(CausalAttentionRule.Apply),
        Rule<ChoiceLoss>(ChoiceLossRule.Apply),
        Rule<ChoiceScores>(ChoiceScoresRule.Apply),
        Rule<GatedActivation>(GatedActivationRule.Apply),
        Rule<GatherRows>(GatherRowsRule.Apply),
        Rule<LayerNorm>(LayerNormRule.Apply),
        Rule<Linear>(LinearRule.Apply),
        Rule<MultiPerturbedLora>(MultiPerturbedLoraRule.Apply),
        Rule<ResidualAdd>(ResidualAddRule.Apply),
        Rule<RmsNorm>(RmsNormRule.Apply),
        Rule<Rotary>(RotaryRule.Apply),
        Rule<Scale>(ScaleRule.Apply),
        Rule<ShapedLike>(ShapedLikeRule.Apply),
        Rule<SingleStack>(SingleStackRule.Apply),
        Rule<SoftCap>(SoftCapRule.Apply),
        Rule<SplitColumns>(SplitColumnsRule.Apply),
        Rule<SplitGroups>(SplitGroupsRule.Apply),
        Rule<SplitMatrices>(SplitMatricesRule.Apply),
        Rule<WeightedRows>(WeightedRowsRule.Apply),
    ]);

    /// <summary>Applies the rule of an operation.</summary>
    /// <exception cref="ProgramException">It has none.</exception>
    public static void Apply(ReversedNode node)
    {
        if (!s_rules.TryGetValue(node.Operation.GetType(), out var rule))
        {
            throw new ProgramException($"{node.Operation.GetType().Name} has no rule for its gradient.");
        }

        rule(node);
    }

    private static KeyValuePair<Type, Action<ReversedNode>> Rule<T>(Action<ReversedNode> rule)
        where T : Operation => new(typeof(T), rule);

    private static KeyValuePair<Type, Action<ReversedNode>> Rule<T>(Action<ReversedNode, T> rule)
        where T : Operation => new(typeof(T), node => rule(node, (T)node.Operation));
}
