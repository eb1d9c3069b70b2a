namespace MobiZO.Checkpoints.Storage;

/// <summary>The weight files of an open checkpoint behind Hugging Face names. Reading is thread-safe.</summary>
internal abstract class WeightStore : IDisposable
{
    /// <summary>The weights the architecture expects, in its order; all are there and have the right shapes.</summary>
    public abstract IReadOnlyDictionary<string, StoredTensor> Tensors { get; }

    /// <summary>The mapped files, each with the length of its header (everything before the data).</summary>
    public abstract IReadOnlyList<(MappedFile File, long HeaderLength)> Files { get; }

    /// <summary>Reads a range that lies inside the tensor.</summary>
    public abstract void Read(string name, long start, Span<float> destination);

    /// <summary>The blocks of a matrix, or null when it is not stored in blocks of codes.</summary>
    public virtual BlockLayout? FindBlocks(string name) => null;

    /// <summary>Reads a range of blocks that lies inside a matrix that has blocks.</summary>
    public virtual void ReadBlocks(string name, long firstBlock, Span<sbyte> codes, Span<float> scales, Span<float> offsets) =>
        throw new NotSupportedException($"'{name}' is not stored in blocks of codes.");

    public abstract void Dispose();
}
