using MobiZO.Programs.ReverseOps;

namespace MobiZO.Programs.Differentiating;

/// <summary>Parts side by side again.</summary>
internal static class SplitColumnsRule
{
    public static void Apply(ReversedNode node) => node.Give(0, new JoinColumns(), node.Gradients);
}
