using MobiZO.Programs.Ops;
using MobiZO.Programs.ReverseOps;

namespace MobiZO.Programs.Differentiating;

/// <summary>Of queries and of new keys and values; cached ones are constants.</summary>
internal static class CachedAttentionRule
{
    public static void Apply(ReversedNode node, CachedAttention operation) =>
        node.GiveFirst(3, new CachedAttentionGradient(operation), [node.Gradient, .. node.Inputs]);
}
