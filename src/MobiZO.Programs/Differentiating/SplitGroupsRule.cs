using MobiZO.Programs.Ops;
using MobiZO.Programs.ReverseOps;

namespace MobiZO.Programs.Differentiating;

/// <summary>Parts in groups again.</summary>
internal static class SplitGroupsRule
{
    public static void Apply(ReversedNode node, SplitGroups operation) =>
        node.Give(0, new JoinGroups(operation.Heads, operation.KeyValueHeads, operation.HeadDimension), node.Gradients);
}
