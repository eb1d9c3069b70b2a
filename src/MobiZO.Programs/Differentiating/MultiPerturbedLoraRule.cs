using MobiZO.Programs.Ops;
using MobiZO.Programs.ReverseOps;

namespace MobiZO.Programs.Differentiating;

/// <summary>Past the adapter dy goes as it is; through it to x, to the A of all copies and to the B of each.</summary>
internal static class MultiPerturbedLoraRule
{
    public static void Apply(ReversedNode node, MultiPerturbedLora operation)
    {
        var (dy, x, a, stack) = (node.Gradient, node.Inputs[1], node.Inputs[2], node.Inputs[3]);
        node.Pass(0, dy);
        node.Give(1, new LoraInputGradient(operation.Scale), dy, a, stack);
        node.Give(2, new LoraDownGradient(operation.Scale), dy, x, stack);
        node.Give(3, new LoraStackGradient(operation.Scale), dy, x, a, stack);
    }
}
