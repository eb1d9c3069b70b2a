using MobiZO.Programs.ReverseOps;

namespace MobiZO.Programs.Differentiating;

/// <summary>Probabilities of the choices less the right one.</summary>
internal static class ChoiceLossRule
{
    public static void Apply(ReversedNode node) => node.Give(0, new ChoiceLossGradient(), node.Gradient, node.Inputs[0], node.Inputs[1]);
}
