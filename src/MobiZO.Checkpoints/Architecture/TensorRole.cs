namespace MobiZO.Checkpoints.Architecture;

/// <summary>What a tensor of a model is for, whatever its family calls it.</summary>
public enum TensorRole
{
    /// <summary>One row a token id [V, H].</summary>
    Embedding,

    /// <summary>One row a position, learned [positions, H].</summary>
    Positions,

    /// <summary>Scale of a norm.</summary>
    Norm,

    /// <summary>Projection to queries.</summary>
    Query,

    /// <summary>Projection to keys.</summary>
    Key,

    /// <summary>Projection to values.</summary>
    Value,

    /// <summary>Projection to queries, keys and values in one matrix.</summary>
    QueryKeyValue,

    /// <summary>Projection of what attention mixed, back to the residual stream.</summary>
    AttentionOutput,

    /// <summary>Projection to the gate of an MLP.</summary>
    Gate,

    /// <summary>Projection to the inner width of an MLP.</summary>
    Up,

    /// <summary>Gate and up in one matrix.</summary>
    GateUp,

    /// <summary>Projection of an MLP, back to the residual stream.</summary>
    Down,

    /// <summary>Bias of a projection, a norm or the head.</summary>
    Bias,

    /// <summary>Projection to logits [V, H].</summary>
    Head,
}
