using MobiZO.Programs.Building;

namespace MobiZO.Programs.Ops;

/// <summary>What every kind of grouped attention has.</summary>
/// <param name="Heads">Query heads.</param>
/// <param name="KeyValueHeads">Key/value heads; divides Heads.</param>
/// <param name="HeadDimension">d.</param>
public abstract record AttentionOperation(int Heads, int KeyValueHeads, int HeadDimension) : Operation
{
    /// <summary>Factor of query times key.</summary>
    public double Scale { get; init; } = 1 / Math.Sqrt(HeadDimension);

    /// <summary>Tokens a query sees, its own included; null: all before it.</summary>
    public int? Window { get; init; }

    /// <summary>Scores become cap * tanh(score / cap) before they are masked; null: they stay.</summary>
    public double? Cap { get; init; }
}
