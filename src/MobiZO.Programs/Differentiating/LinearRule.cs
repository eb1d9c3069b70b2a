using MobiZO.Programs.Ops;
using MobiZO.Programs.ReverseOps;

namespace MobiZO.Programs.Differentiating;

/// <summary>dy W; frozen weights and biases get nothing.</summary>
internal static class LinearRule
{
    public static void Apply(ReversedNode node, Linear operation) => node.Give(0, new LinearTransposed(operation.Matrix), node.Gradient);
}
