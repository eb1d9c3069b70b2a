namespace MobiZO.Checkpoints.Architecture;

/// <summary>The sizes of a decoder-only checkpoint and its special ids. Source: <c>config.json</c> or GGUF metadata.</summary>
public sealed record ModelConfig
{
    /// <summary>The family by its Hugging Face <c>model_type</c>, e.g. <c>llama</c>.</summary>
    public required string ModelType { get; init; }

    /// <summary>H, the width of the residual stream.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Inner width of the MLP.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>L, the number of decoder layers.</summary>
    public required int LayerCount { get; init; }

    /// <summary>Number of query heads.</summary>
    public required int HeadCount { get; init; }

    /// <summary>Number of key/value heads; divides <see cref="HeadCount"/>.</summary>
    public required int KeyValueHeadCount { get; init; }

    /// <summary>Width of one head; need not be HiddenSize / HeadCount.</summary>
    public required int HeadDimension { get; init; }

    /// <summary>V, rows of the embedding.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Longest sequence the model was made for.</summary>
    public required int MaxPositions { get; init; }

    /// <summary>How positions are told, for people: e.g. <c>rotary, theta 10000</c>.</summary>
    public string PositionEncoding { get; init; } = "";

    /// <summary>Whether the head is the embedding matrix.</summary>
    public bool TieWordEmbeddings { get; init; }

    /// <summary>Beginning-of-sequence id, if any.</summary>
    public int? BosTokenId { get; init; }

    /// <summary>End-of-sequence ids (may be empty).</summary>
    public IReadOnlyList<int> EosTokenIds { get; init; } = [];

    /// <summary>The same sizes with a rotary embedding: no longer than it is right for.</summary>
    internal ModelConfig Rotated(RotaryDescription rotary) =>
        this with
        {
            PositionEncoding = $"rotary, {rotary.Text}",
            MaxPositions = Math.Min(MaxPositions, rotary.MaxPositions ?? int.MaxValue),
        };
}
