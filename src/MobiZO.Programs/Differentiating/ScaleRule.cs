using MobiZO.Programs.Ops;

namespace MobiZO.Programs.Differentiating;

/// <summary>The same factor.</summary>
internal static class ScaleRule
{
    public static void Apply(ReversedNode node, Scale operation) => node.Give(0, new Scale(operation.Factor), node.Gradient);
}
