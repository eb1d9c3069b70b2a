using MobiZO.Programs;
using MobiZO.Programs.Ops;

namespace MobiZO.TrainBench.Profiling;

/// <summary>Which part of a step a node of the lowered program belongs to.</summary>
internal sealed class NodeKinds
{
    /// <summary>Nodes that the runtime made itself and named otherwise.</summary>
    public const string Other = "other";

    private readonly Dictionary<string, string> _kinds = new(StringComparer.Ordinal);

    public NodeKinds(Program program)
    {
        foreach (var node in program.Nodes)
        {
            _kinds[node.Outputs[0].Name] = node.Operation switch
            {
                Linear => $"linear {LastPart(node.Outputs[0].Name)}",
                MultiPerturbedLora => "MP-LoRA",
                CausalAttention or CachedAttention => "attention",
                RmsNorm or LayerNorm => "norm",
                Activation or GatedActivation => "activation",
                Rotary or RotaryAngles => "rotary",
                ResidualAdd => "residual and norm",
                Embedding or PositionEmbedding or GatherRows => "embedding and answer rows",
                CandidateLogits => "candidate head",
                PerturbStack or SingleStack or SplitMatrices => "stack of copies",
                var other => other.GetType().Name,
            };
        }
    }

    /// <summary>The part of a node by its name, <c>{value of the program}/{node}</c>.</summary>
    public string Of(string node)
    {
        var slash = node.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && _kinds.TryGetValue(node[..slash], out var kind) ? kind : Other;
    }

    private static string LastPart(string name) => name[(name.LastIndexOf('.') + 1)..];
}
