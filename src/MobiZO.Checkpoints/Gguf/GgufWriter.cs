using System.Buffers.Binary;
using System.Text;
using MobiZO.Checkpoints.Quantization;
using MobiZO.Checkpoints.Storage;

namespace MobiZO.Checkpoints.Gguf;

/// <summary>
/// Writes a GGUF file (version 3, little endian): metadata pairs, the list of tensors, then their data one after another.
/// </summary>
/// <param name="alignment">Where data may start; a file that says nothing means 32.</param>
/// <remarks>Source: the format's description in ggml (<c>docs/gguf.md</c>).</remarks>
internal sealed class GgufWriter(int alignment = GgufWriter.DefaultAlignment)
{
    public const int DefaultAlignment = 32;

    private const int Version = 3;

    private readonly List<byte[]> _pairs = [];
    private readonly List<Tensor> _tensors = [];

    public void AddText(string key, string value) => AddPair(key, GgufValueType.String, writer => WriteText(writer, value));

    public void AddFloat32(string key, float value) => AddPair(key, GgufValueType.Float32, writer => writer.Write(value));

    public void AddUInt32s(string key, IReadOnlyCollection<int> values) =>
        AddPair(
            key,
            GgufValueType.Array,
            writer =>
            {
                writer.Write((uint)GgufValueType.UInt32);
                writer.Write((ulong)values.Count);
                foreach (int value in values)
                {
                    writer.Write((uint)value);
                }
            }
        );

    /// <summary>
    /// Adds a pair of a key and a whole number (uint), a number (float), a flag, a text, or an array of int, float or texts.
    /// </summary>
    public void Add(string key, object value)
    {
        switch (value)
        {
            case string text:
                AddText(key, text);
                break;
            case float number:
                AddFloat32(key, number);
                break;
            case uint whole:
                AddPair(key, GgufValueType.UInt32, writer => writer.Write(whole));
                break;
            case bool flag:
                AddPair(key, GgufValueType.Bool, writer => writer.Write(flag));
                break;
            case IReadOnlyList<string> texts:
                AddArray(key, GgufValueType.String, texts, WriteText);
                break;
            case IReadOnlyList<float> numbers:
                AddArray(key, GgufValueType.Float32, numbers, (writer, item) => writer.Write(item));
                break;
            case IReadOnlyList<int> wholes:
                AddArray(key, GgufValueType.Int32, wholes, (writer, item) => writer.Write(item));
                break;
            default:
                throw new ArgumentException($"Metadata of type {value.GetType().Name} are not written.", nameof(value));
        }
    }

    /// <summary>Adds a pair as another file holds it: key, type and value.</summary>
    public void AddRaw(ReadOnlySpan<byte> pair) => _pairs.Add(pair.ToArray());

    /// <summary>Adds a tensor.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="type">Its type.</param>
    /// <param name="shape">Dimensions, outermost first.</param>
    /// <param name="byteLength">Bytes of its data.</param>
    /// <param name="write">Writes these bytes.</param>
    public void AddTensor(string name, GgufTensorType type, IReadOnlyList<long> shape, long byteLength, Action<Stream> write) =>
        _tensors.Add(new Tensor(name, type, shape, byteLength, write));

    /// <summary>Adds a matrix of numbers in fp32.</summary>
    public void AddMatrix(string name, long rows, long columns, float[] values) =>
        AddTensor(
            name,
            GgufTensorType.F32,
            [rows, columns],
            values.LongLength * sizeof(float),
            stream => stream.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()))
        );

    /// <summary>Writes the file: whole, or not at all.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Write(string path)
    {
        try
        {
            AtomicFile.Write(path, Write);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{path}: the file could not be written: {error.Message}", error);
        }
    }

    private void Write(FileStream stream)
    {
        using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write("GGUF"u8);
        writer.Write(Version);
        writer.Write((ulong)_tensors.Count);
        writer.Write((ulong)_pairs.Count);
        foreach (byte[] pair in _pairs)
        {
            writer.Write(pair);
        }

        long offset = 0;
        foreach (Tensor tensor in _tensors)
        {
            WriteText(writer, tensor.Name);
            writer.Write((uint)tensor.Shape.Count);
            foreach (long dimension in tensor.Shape.Reverse())
            {
                writer.Write((ulong)dimension);
            }

            writer.Write((uint)tensor.Type);
            writer.Write((ulong)offset);
            offset = Aligned(offset + tensor.ByteLength);
        }

        foreach (Tensor tensor in _tensors)
        {
            Pad(writer);
            long start = stream.Position;
            tensor.Write(stream);
            if (stream.Position - start != tensor.ByteLength)
            {
                throw new InvalidOperationException(
                    $"Tensor '{tensor.Name}': {stream.Position - start} bytes were written instead of {tensor.ByteLength}."
                );
            }
        }

        // Readers may expect the padding of the last tensor too.
        Pad(writer);
    }

    private void Pad(BinaryWriter writer)
    {
        writer.Flush();
        long position = writer.BaseStream.Position;
        writer.Write(new byte[Aligned(position) - position]);
        writer.Flush();
    }

    private long Aligned(long position) => (position + alignment - 1) / alignment * alignment;

    private void AddArray<T>(string key, GgufValueType type, IReadOnlyList<T> items, Action<BinaryWriter, T> write) =>
        AddPair(
            key,
            GgufValueType.Array,
            writer =>
            {
                writer.Write((uint)type);
                writer.Write((ulong)items.Count);
                foreach (T item in items)
                {
                    write(writer, item);
                }
            }
        );

    private void AddPair(string key, GgufValueType type, Action<BinaryWriter> writeValue)
    {
        using var buffer = new MemoryStream();
        using (var writer = new BinaryWriter(buffer, Encoding.UTF8, leaveOpen: true))
        {
            WriteText(writer, key);
            writer.Write((uint)type);
            writeValue(writer);
        }

        _pairs.Add(buffer.ToArray());
    }

    private static void WriteText(BinaryWriter writer, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)bytes.Length);
        writer.Write(length);
        writer.Write(bytes);
    }

    private sealed record Tensor(string Name, GgufTensorType Type, IReadOnlyList<long> Shape, long ByteLength, Action<Stream> Write);
}
