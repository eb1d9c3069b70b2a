using System.Runtime.InteropServices;
using MobiZO.Checkpoints.Quantization;
using MobiZO.Checkpoints.Storage;

namespace MobiZO.Checkpoints.Safetensors;

/// <summary>One <c>.safetensors</c> file, memory-mapped and fully checked at open. Reading is thread-safe.</summary>
/// <remarks>Source: the format's specification in huggingface/safetensors (README, <c>tensor.rs</c>).</remarks>
public sealed class SafetensorsFile : IDisposable
{
    // Spans count in int; larger reads go piece by piece. A multiple of every element size.
    private const int PieceBytes = 1 << 30;

    private readonly MappedFile _file;
    private readonly SafetensorsHeader _header;

    private SafetensorsFile(MappedFile file, SafetensorsHeader header)
    {
        _file = file;
        _header = header;
    }

    /// <summary>The path it was opened by.</summary>
    public string Path => _file.Path;

    /// <summary>Bytes in the file.</summary>
    public long Length => _file.Length;

    /// <summary>Tensors by name, in the order of their data.</summary>
    public IReadOnlyDictionary<string, SafetensorsTensor> Tensors => _header.Tensors;

    /// <summary>The text pairs under <c>__metadata__</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="CheckpointException">The file is missing, damaged or breaks a rule of the format.</exception>
    public static SafetensorsFile Open(string path)
    {
        MappedFile file = MappedFile.Open(path);
        try
        {
            return new SafetensorsFile(file, SafetensorsHeader.Read(file));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Reads elements [<paramref name="start"/>, start + destination.Length) of an F32, F16, BF16 or F64 tensor as fp32 (row-major).
    /// </summary>
    /// <exception cref="CheckpointException">No such tensor, another type, or the range is outside it.</exception>
    public void ReadFloat32(string name, long start, Span<float> destination)
    {
        SafetensorsTensor tensor = Find(name);
        if (!SafetensorsTypes.IsFloat(tensor.DType))
        {
            throw new CheckpointException(
                $"{Path}: tensor '{name}': expected F32, F16, BF16 or F64, found {SafetensorsTypes.NameOf(tensor.DType)}."
            );
        }

        CheckRange(tensor, start, destination.Length);
        using MappedBytes bytes = _file.Borrow();
        int size = SafetensorsTypes.SizeOf(tensor.DType);
        while (destination.Length > 0)
        {
            int count = Math.Min(destination.Length, PieceBytes / size);
            Convert(tensor.DType, bytes.Slice(tensor.Offset + (start * size), count * size), destination[..count]);
            start += count;
            destination = destination[count..];
        }
    }

    /// <summary>Reads a whole F32, F16, BF16 or F64 tensor as fp32 (row-major).</summary>
    /// <exception cref="CheckpointException">No such tensor, another type, or more than an array holds.</exception>
    public float[] ReadFloat32(string name)
    {
        var values = new float[CountOf(Find(name))];
        ReadFloat32(name, 0, values);
        return values;
    }

    /// <summary>Reads a whole F64 tensor (row-major).</summary>
    /// <exception cref="CheckpointException">No such tensor, another type, or more than an array holds.</exception>
    public double[] ReadFloat64(string name)
    {
        SafetensorsTensor tensor = Find(name);
        if (tensor.DType != SafetensorsType.F64)
        {
            throw new CheckpointException($"{Path}: tensor '{name}': expected F64, found {SafetensorsTypes.NameOf(tensor.DType)}.");
        }

        var values = new double[CountOf(tensor)];
        ReadBytes(name, 0, MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    /// <summary>Reads a whole tensor of whole numbers (I64, I32, I16, I8, U32, U16, U8 or BOOL; row-major).</summary>
    /// <exception cref="CheckpointException">No such tensor, another type, or more than an array holds.</exception>
    public long[] ReadInt64(string name)
    {
        SafetensorsTensor tensor = Find(name);
        return tensor.DType switch
        {
            SafetensorsType.I64 => ReadAll<long>(tensor),
            SafetensorsType.I32 => Array.ConvertAll(ReadAll<int>(tensor), value => (long)value),
            SafetensorsType.U32 => Array.ConvertAll(ReadAll<uint>(tensor), value => (long)value),
            SafetensorsType.I16 => Array.ConvertAll(ReadAll<short>(tensor), value => (long)value),
            SafetensorsType.U16 => Array.ConvertAll(ReadAll<ushort>(tensor), value => (long)value),
            SafetensorsType.I8 => Array.ConvertAll(ReadAll<sbyte>(tensor), value => (long)value),
            SafetensorsType.U8 or SafetensorsType.Bool => Array.ConvertAll(ReadAll<byte>(tensor), value => (long)value),
            _ => throw new CheckpointException(
                $"{Path}: tensor '{name}': expected whole numbers, found {SafetensorsTypes.NameOf(tensor.DType)}."
            ),
        };
    }

    /// <summary>
    /// Reads stored bytes [<paramref name="start"/>, start + destination.Length) of a tensor, little endian as in the file.
    /// </summary>
    /// <exception cref="CheckpointException">No such tensor, or the range is outside it.</exception>
    public void ReadBytes(string name, long start, Span<byte> destination)
    {
        SafetensorsTensor tensor = Find(name);
        if (start < 0 || start > tensor.ByteLength - destination.Length)
        {
            throw new CheckpointException(
                $"{Path}: tensor '{name}': bytes [{start}, {start} + {destination.Length}) are outside its {tensor.ByteLength} bytes."
            );
        }

        using MappedBytes bytes = _file.Borrow();
        bytes.Slice(tensor.Offset + start, destination.Length).CopyTo(destination);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    internal MappedFile Mapping => _file;

    /// <summary>
    /// Whether a tensor has the shape and values of another, which may lie in another file. Those of two float types are compared as fp32.
    /// </summary>
    internal bool HasSameValues(string name, SafetensorsFile otherFile, string otherName)
    {
        const int piece = 1 << 24;
        var (tensor, other) = (Tensors[name], otherFile.Tensors[otherName]);
        if (!tensor.Shape.SequenceEqual(other.Shape))
        {
            return false;
        }

        if (tensor.DType != other.DType)
        {
            return HasSameFloats(tensor, otherFile, other);
        }

        using MappedBytes bytes = _file.Borrow();
        using MappedBytes otherBytes = otherFile._file.Borrow();
        for (long start = 0; start < tensor.ByteLength; start += piece)
        {
            int length = (int)Math.Min(piece, tensor.ByteLength - start);
            if (!bytes.Slice(tensor.Offset + start, length).SequenceEqual(otherBytes.Slice(other.Offset + start, length)))
            {
                return false;
            }
        }

        return true;
    }

    private bool HasSameFloats(SafetensorsTensor tensor, SafetensorsFile otherFile, SafetensorsTensor other)
    {
        const int piece = 1 << 20;
        if (!SafetensorsTypes.IsFloat(tensor.DType) || !SafetensorsTypes.IsFloat(other.DType))
        {
            return false;
        }

        var (values, otherValues) = (new float[piece], new float[piece]);
        for (long start = 0; start < tensor.Count; start += piece)
        {
            int count = (int)Math.Min(piece, tensor.Count - start);
            ReadFloat32(tensor.Name, start, values.AsSpan(0, count));
            otherFile.ReadFloat32(other.Name, start, otherValues.AsSpan(0, count));
            if (!values.AsSpan(0, count).SequenceEqual(otherValues.AsSpan(0, count)))
            {
                return false;
            }
        }

        return true;
    }

    private static void Convert(SafetensorsType type, ReadOnlySpan<byte> source, Span<float> destination)
    {
        switch (type)
        {
            case SafetensorsType.F32:
                FloatFormats.FromFloat32(source, destination);
                break;
            case SafetensorsType.F16:
                FloatFormats.FromFloat16(source, destination);
                break;
            case SafetensorsType.BF16:
                FloatFormats.FromBFloat16(source, destination);
                break;
            default:
                FloatFormats.FromFloat64(source, destination);
                break;
        }
    }

    private SafetensorsTensor Find(string name) =>
        _header.Tensors.TryGetValue(name, out SafetensorsTensor? tensor)
            ? tensor
            : throw new CheckpointException($"{Path}: there is no tensor '{name}' among its {_header.Tensors.Count}.");

    private void CheckRange(SafetensorsTensor tensor, long start, int count)
    {
        if (start < 0 || start > tensor.Count - count)
        {
            throw new CheckpointException(
                $"{Path}: tensor '{tensor.Name}': elements [{start}, {start} + {count}) are outside its {tensor.Count} elements."
            );
        }
    }

    private int CountOf(SafetensorsTensor tensor) =>
        tensor.ByteLength <= Array.MaxLength
            ? (int)tensor.Count
            : throw new CheckpointException(
                $"{Path}: tensor '{tensor.Name}': {tensor.ByteLength} bytes are too many for one array; read it in ranges."
            );

    private T[] ReadAll<T>(SafetensorsTensor tensor)
        where T : unmanaged
    {
        var values = new T[CountOf(tensor)];
        ReadBytes(tensor.Name, 0, MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }
}
