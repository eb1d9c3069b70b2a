namespace MobiZO.Checkpoints.Architecture;

/// <summary>How an MLP goes to its inner width.</summary>
public enum MlpLayout
{
    /// <summary>One projection: activation(up).</summary>
    Plain,

    /// <summary>Two projections: activation(gate) * up.</summary>
    Gated,

    /// <summary>One projection whose rows are all of the gate, then all of up: activation(gate) * up.</summary>
    GatedFused,
}
