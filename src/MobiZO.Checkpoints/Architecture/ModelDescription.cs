namespace MobiZO.Checkpoints.Architecture;

/// <summary>
/// A decoder-only model as data: its sizes, its parts in the order they are computed, and with them every tensor it has. Programs are
/// assembled from it and
/// files are checked against it; nothing else knows a family.
/// </summary>
public sealed record ModelDescription
{
    /// <summary>Sizes and special ids.</summary>
    public required ModelConfig Config { get; init; }

    /// <summary>What enters the first layer.</summary>
    public required EmbeddingDescription Embedding { get; init; }

    /// <summary>The decoder layers.</summary>
    public required IReadOnlyList<LayerDescription> Layers { get; init; }

    /// <summary>Norm of what leaves the last layer.</summary>
    public required NormDescription FinalNorm { get; init; }

    /// <summary>From states to logits.</summary>
    public required HeadDescription Head { get; init; }

    /// <summary>What an adapter acts on when nothing else is said: an ending of module names.</summary>
    public required string DefaultTargets { get; init; }

    /// <summary>A prefix of tensor names that some published files leave out, e.g. <c>transformer.</c>; null: none.</summary>
    public string? OptionalPrefix { get; init; }

    /// <summary>Endings of names of stored tensors that carry nothing the model needs, e.g. causal masks and rotary tables.</summary>
    public IReadOnlyList<string> IgnoredTensors { get; init; } = [];

    /// <summary>Every tensor once, in the order of the model.</summary>
    public IEnumerable<ModelTensor> Tensors
    {
        get
        {
            IEnumerable<ModelTensor> head = Head.Table.Name == Embedding.Table.Name ? [] : [Head.Table];
            return
            [
                .. Embedding.Tensors,
                .. Layers.SelectMany(layer => layer.Tensors),
                .. FinalNorm.Tensors,
                .. head,
                .. Head.Bias is null ? [] : (ModelTensor[])[Head.Bias],
            ];
        }
    }

    /// <summary>Whether a stored tensor carries nothing the model needs.</summary>
    public bool IsIgnored(string name) =>
        IgnoredTensors.Any(ending =>
            name.EndsWith(ending, StringComparison.Ordinal)
            && (name.Length == ending.Length || ending[0] == '.' || name[name.Length - ending.Length - 1] == '.')
        );
}
