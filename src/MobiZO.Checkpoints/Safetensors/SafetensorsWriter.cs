using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using MobiZO.Checkpoints.Storage;

namespace MobiZO.Checkpoints.Safetensors;

/// <summary>Writes F32 safetensors files. The same tensors give the same bytes, whatever their order.</summary>
public static class SafetensorsWriter
{
    /// <summary>
    /// Writes a file: tensors sorted by name (ordinal), header padded with spaces to 8 bytes. The bytes go to a temporary name in the same
    /// folder, are
    /// flushed to disk and renamed, so that <paramref name="path"/> never holds half a file.
    /// </summary>
    /// <param name="path">The file to write; replaced when it exists. Its folder must exist.</param>
    /// <param name="tensors">Row-major data; the length is the product of the shape.</param>
    /// <param name="metadata">Text pairs for <c>__metadata__</c>; null or empty for none.</param>
    /// <exception cref="ArgumentException">A name is empty, reserved or given twice, or a length does not fit its shape.</exception>
    /// <exception cref="IOException">The file could not be written.</exception>
    public static void Write(
        string path,
        IReadOnlyList<(string Name, int[] Shape, float[] Data)> tensors,
        IReadOnlyDictionary<string, string>? metadata = null
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(tensors);
        (string Name, int[] Shape, float[] Data)[] sorted = [.. tensors.OrderBy(tensor => tensor.Name, StringComparer.Ordinal)];
        Check(sorted);
        byte[] header = Header(sorted, metadata);
        try
        {
            AtomicFile.Write(
                path,
                stream =>
                {
                    stream.Write(header);
                    foreach ((_, _, float[] data) in sorted)
                    {
                        WriteData(stream, data);
                    }
                }
            );
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{path}: the file could not be written: {error.Message}", error);
        }
    }

    private static void Check((string Name, int[] Shape, float[] Data)[] sorted)
    {
        string? last = null;
        foreach ((string name, int[] shape, float[] data) in sorted)
        {
            if (string.IsNullOrEmpty(name) || name == "__metadata__" || name == last)
            {
                throw new ArgumentException($"Tensor name '{name}' is empty, reserved or given twice.", nameof(sorted));
            }

            if (
                shape.Any(dimension => dimension < 0)
                || (Int128)data.Length != shape.Aggregate(Int128.One, (product, dimension) => product * dimension)
            )
            {
                throw new ArgumentException(
                    $"Tensor '{name}': {data.Length} values do not fit the shape [{string.Join(", ", shape)}].",
                    nameof(sorted)
                );
            }

            last = name;
        }
    }

    private static byte[] Header((string Name, int[] Shape, float[] Data)[] sorted, IReadOnlyDictionary<string, string>? metadata)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                writer.WriteStartObject("__metadata__");
                foreach ((string key, string value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                {
                    writer.WriteString(key, value);
                }

                writer.WriteEndObject();
            }

            long offset = 0;
            foreach ((string name, int[] shape, float[] data) in sorted)
            {
                long end = offset + ((long)data.Length * sizeof(float));
                WriteTensor(writer, name, shape, offset, end);
                offset = end;
            }

            writer.WriteEndObject();
        }

        int length = (buffer.WrittenCount + 7) / 8 * 8;
        var header = new byte[8 + length];
        header.AsSpan().Fill((byte)' ');
        BinaryPrimitives.WriteUInt64LittleEndian(header, (ulong)length);
        buffer.WrittenSpan.CopyTo(header.AsSpan(8));
        return header;
    }

    private static void WriteTensor(Utf8JsonWriter writer, string name, int[] shape, long begin, long end)
    {
        writer.WriteStartObject(name);
        writer.WriteString("dtype", "F32");
        writer.WriteStartArray("shape");
        foreach (int dimension in shape)
        {
            writer.WriteNumberValue(dimension);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("data_offsets");
        writer.WriteNumberValue(begin);
        writer.WriteNumberValue(end);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteData(FileStream stream, float[] data)
    {
        const int Piece = 1 << 20;
        for (int start = 0; start < data.Length; start += Piece)
        {
            stream.Write(MemoryMarshal.AsBytes(data.AsSpan(start, Math.Min(Piece, data.Length - start))));
        }
    }
}
