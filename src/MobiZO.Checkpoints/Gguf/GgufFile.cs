using System.Numerics;
using MobiZO.Checkpoints.Quantization;
using MobiZO.Checkpoints.Storage;

namespace MobiZO.Checkpoints.Gguf;

/// <summary>
/// One GGUF file (version 2 or 3, little endian), memory-mapped, its header fully checked at open. Reading is thread-safe.
/// </summary>
/// <remarks>Source: the format's description in ggml (<c>docs/gguf.md</c>).</remarks>
internal sealed class GgufFile : IDisposable
{
    private const uint Magic = 0x46554747;
    private const int MaximumDimensions = 4;

    private GgufFile(MappedFile file)
    {
        Mapping = file;
        Metadata = new GgufMetadata(file.Path);
    }

    public MappedFile Mapping { get; }

    public string Path => Mapping.Path;

    public GgufMetadata Metadata { get; }

    /// <summary>By name, in the order of the header.</summary>
    public OrderedDictionary<string, GgufTensor> Tensors { get; } = new(StringComparer.Ordinal);

    /// <summary>Where the bytes of every metadata pair lie, its key included: by key, in the order of the file.</summary>
    public OrderedDictionary<string, (long Start, long End)> Pairs { get; } = new(StringComparer.Ordinal);

    /// <summary>What data is aligned to.</summary>
    public int Alignment { get; private set; }

    /// <summary>First byte after the header, where the data starts.</summary>
    public long DataStart { get; private set; }

    /// <exception cref="CheckpointException">The file is missing, damaged, or breaks a rule of the format.</exception>
    public static GgufFile Open(string path)
    {
        MappedFile mapping = MappedFile.Open(path);
        try
        {
            var file = new GgufFile(mapping);
            file.ReadHeader();
            return file;
        }
        catch
        {
            mapping.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Reads elements [<paramref name="start"/>, start + destination.Length), dequantised. The caller has checked the range and the type.
    /// </summary>
    public void Read(GgufTensor tensor, long start, Span<float> destination)
    {
        using MappedBytes bytes = Mapping.Borrow();
        BlockRange.Read(GgufBlockFormats.Find(tensor.Type)!, bytes, tensor.Offset, start, destination);
    }

    /// <summary>
    /// Reads the codes of blocks [<paramref name="firstBlock"/>, firstBlock + scales.Length). The caller has checked the range and the
    /// type.
    /// </summary>
    public void ReadBlocks(GgufTensor tensor, long firstBlock, Span<sbyte> codes, Span<float> scales, Span<float> offsets)
    {
        using MappedBytes bytes = Mapping.Borrow();
        BlockRange.ReadCodes(GgufBlockFormats.Find(tensor.Type)!, bytes, tensor.Offset, firstBlock, codes, scales, offsets);
    }

    public void Dispose() => Mapping.Dispose();

    private void ReadHeader()
    {
        using MappedBytes bytes = Mapping.Borrow();
        var cursor = new GgufCursor(bytes, Path, Mapping.Length);
        uint magic = cursor.ReadUInt32("the file's magic number");
        if (magic != Magic)
        {
            ForeignFile.Refuse(Mapping);
            throw new CheckpointException($"{Path}: not a GGUF file: expected the bytes 'GGUF' at its start, found 0x{magic:X8}.");
        }

        CheckVersion(cursor.ReadUInt32("the version"));
        int tensorCount = cursor.ReadCount("number of tensors", 24);
        int pairCount = cursor.ReadCount("number of metadata pairs", 13);
        for (int i = 0; i < pairCount; i++)
        {
            long start = cursor.Position;
            string key = cursor.ReadText($"metadata key {i}");
            if (!Metadata.TryAdd(key, cursor.ReadValue(key)))
            {
                throw new CheckpointException($"{Path}: metadata key '{key}' is given twice.");
            }

            Pairs.Add(key, (start, cursor.Position));
        }

        int alignment = Metadata.OptionalInt32("general.alignment", 1, 1 << 20) ?? 32;
        if (!BitOperations.IsPow2(alignment) || alignment < 8)
        {
            throw Metadata.Bad("general.alignment", "a power of two from 8 to 1048576");
        }

        var tensors = new List<(string Name, GgufTensorType Type, long[] Shape, ulong Offset)>();
        for (int i = 0; i < tensorCount; i++)
        {
            tensors.Add(ReadTensor(ref cursor, i));
        }

        Alignment = alignment;
        DataStart = (cursor.Position + alignment - 1) / alignment * alignment;
        foreach ((string name, GgufTensorType type, long[] shape, ulong offset) in tensors)
        {
            Place(name, type, shape, offset, alignment);
        }

        CheckOverlaps();
    }

    private void CheckVersion(uint version)
    {
        if (version is not (2 or 3))
        {
            string hint = (version & 0xFFFF) == 0 ? " This looks like a big-endian file; convert it to little endian." : "";
            throw new CheckpointException($"{Path}: expected GGUF version 2 or 3, found {version}.{hint}");
        }
    }

    private (string Name, GgufTensorType Type, long[] Shape, ulong Offset) ReadTensor(ref GgufCursor cursor, int index)
    {
        string name = cursor.ReadText($"name of tensor {index}");
        uint dimensions = cursor.ReadUInt32($"dimensions of tensor '{name}'");
        if (dimensions is 0 or > MaximumDimensions)
        {
            throw Bad(name, $"1 to {MaximumDimensions} dimensions", dimensions);
        }

        var shape = new long[dimensions];
        for (int i = shape.Length - 1; i >= 0; i--)
        {
            ulong dimension = cursor.ReadUInt64($"dimensions of tensor '{name}'");
            shape[i] = dimension is > 0 and <= long.MaxValue
                ? (long)dimension
                : throw Bad(name, "dimensions from 1 to 2^63 - 1", dimension);
        }

        uint type = cursor.ReadUInt32($"type of tensor '{name}'");
        return (name, (GgufTensorType)type, shape, cursor.ReadUInt64($"offset of tensor '{name}'"));
    }

    private void Place(string name, GgufTensorType type, long[] shape, ulong offset, long alignment)
    {
        if (!GgufTensorTypes.TryGetBlock(type, out int elements, out int bytes))
        {
            throw Bad(name, "a tensor type this version of the format knows", $"type number {(uint)type}");
        }

        string form = $"{type} [{string.Join(", ", shape)}]";
        if (shape[^1] % elements != 0)
        {
            throw Bad(name, $"rows of a multiple of {elements} elements for {type}", form);
        }

        Int128 length = bytes;
        foreach (long factor in (ReadOnlySpan<long>)[shape[^1] / elements, .. shape.AsSpan(0, shape.Length - 1)])
        {
            // Stays below 2^126: both factors are below 2^63 because of the check against the file.
            length *= factor;
            if (length > Mapping.Length)
            {
                throw Bad(name, $"data that fits into a file of {Mapping.Length} bytes", form);
            }
        }

        if (offset % (ulong)alignment != 0)
        {
            throw Bad(name, $"an offset that is a multiple of {alignment}", offset);
        }

        if (DataStart + (Int128)offset + length > Mapping.Length)
        {
            throw Bad(
                name,
                $"{length} bytes from byte {DataStart + (Int128)offset}",
                $"a file of {Mapping.Length} bytes. Was the download completed?"
            );
        }

        if (!Tensors.TryAdd(name, new GgufTensor(name, type, shape, DataStart + (long)offset, (long)length)))
        {
            throw new CheckpointException($"{Path}: tensor '{name}' is given twice.");
        }
    }

    private void CheckOverlaps()
    {
        GgufTensor? last = null;
        foreach (GgufTensor tensor in Tensors.Values.OrderBy(tensor => tensor.Offset))
        {
            if (last is not null && tensor.Offset < last.Offset + last.ByteLength)
            {
                throw Bad(
                    tensor.Name,
                    $"data after that of '{last.Name}', which ends at byte {last.Offset + last.ByteLength}",
                    $"it at byte {tensor.Offset}"
                );
            }

            last = tensor;
        }
    }

    private CheckpointException Bad(string tensor, string expected, object found) =>
        new($"{Path}: tensor '{tensor}': expected {expected}, found {found}.");
}
