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

    public abstract void Dispose();
}
