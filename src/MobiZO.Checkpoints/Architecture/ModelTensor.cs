namespace MobiZO.Checkpoints.Architecture;

/// <summary>One frozen tensor of a model: what it is for, what files call it and how they hold it.</summary>
/// <param name="Name">Hugging Face name; programs, weight files and adapters use it too.</param>
/// <param name="Role">What it is for.</param>
/// <param name="Shape">Extents as programs read it; projections are [out, in].</param>
public sealed record ModelTensor(string Name, TensorRole Role, IReadOnlyList<int> Shape)
{
    /// <summary>The decoder layer it belongs to; null for the rest of the model.</summary>
    public int? Layer { get; init; }

    /// <summary>Its name in GGUF files; null when the family has none there.</summary>
    public string? GgufName { get; init; }

    /// <summary>How safetensors files hold it.</summary>
    public StoredForm HuggingFaceForm { get; init; }

    /// <summary>How GGUF files hold it.</summary>
    public StoredForm GgufForm { get; init; }

    /// <summary>Rows of one head, for <see cref="StoredForm.PairedRows"/> and <see cref="StoredForm.ConcatenatedRows"/>.</summary>
    public int RowsOfAHead { get; init; }

    /// <summary>Query heads of one key/value head, for <see cref="StoredForm.ConcatenatedRows"/>.</summary>
    public int QueryHeadsOfAGroup { get; init; }
}
