using MobiZO.Programs.Ops;
using MobiZO.Programs.ReverseOps;

namespace MobiZO.Programs.Differentiating;

/// <summary>Every row by its weight.</summary>
internal static class WeightedRowsRule
{
    public static void Apply(ReversedNode node, WeightedRows operation) =>
        node.Give(0, new WeightedRowsGradient(operation.Factor), node.Gradient, node.Inputs[1]);
}
