using MobiZO.Programs.ReverseOps;

namespace MobiZO.Programs.Differentiating;

/// <summary>dy at the candidates, less the share that the normaliser takes of it.</summary>
internal static class CandidateLogProbabilitiesRule
{
    public static void Apply(ReversedNode node) =>
        node.Give(0, new CandidateLogProbabilitiesGradient(), node.Gradient, node.Inputs[0], node.Inputs[1]);
}
