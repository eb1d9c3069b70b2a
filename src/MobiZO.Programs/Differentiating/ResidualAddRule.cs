namespace MobiZO.Programs.Differentiating;

/// <summary>dy to both.</summary>
internal static class ResidualAddRule
{
    public static void Apply(ReversedNode node)
    {
        node.Pass(0, node.Gradient);
        node.Pass(1, node.Gradient);
    }
}
