using System.Buffers.Binary;
using System.Text;
using MobiZO.Checkpoints.Storage;

namespace MobiZO.Checkpoints.Gguf;

/// <summary>
/// Reads the header of a GGUF file front to back. Every read is bounded by the file; counts are checked against the bytes left, and
/// against what metadata hold, before anything is allocated: in a large file a damaged count would fit.
/// </summary>
internal ref struct GgufCursor
{
    private const int MaximumNesting = 4;

    // Far above what files have: chat templates have kilobytes, vocabularies a few hundred thousand entries.
    private const int MostTextBytes = 64 << 20;
    private const int MostItems = 16 << 20;
    private const int FirstItems = 4096;

    private readonly MappedBytes _bytes;
    private readonly string _path;
    private readonly long _length;

    public GgufCursor(MappedBytes bytes, string path, long length)
    {
        _bytes = bytes;
        _path = path;
        _length = length;
    }

    /// <summary>Bytes read so far.</summary>
    public long Position { get; private set; }

    public uint ReadUInt32(string what) => BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint), what));

    public ulong ReadUInt64(string what) => BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong), what));

    /// <summary>A number of items that each take at least <paramref name="minimumBytes"/> of the file.</summary>
    /// <param name="what">What is counted, for errors.</param>
    /// <param name="minimumBytes">Bytes of the smallest item.</param>
    /// <param name="limit">Most items that a sound file has.</param>
    public int ReadCount(string what, int minimumBytes, int limit = MostItems)
    {
        long start = Position;
        ulong count = ReadUInt64(what);
        long most = (_length - Position) / minimumBytes;
        if (count > (ulong)most)
        {
            throw new CheckpointException(
                $"{_path}: byte {start}: {what}: expected at most {most} for the {_length - Position} bytes left, found {count}."
            );
        }

        return count <= (ulong)limit
            ? (int)count
            : throw new CheckpointException(
                $"{_path}: byte {start}: {what}: expected at most {limit}, found {count}. The file is damaged: download it again."
            );
    }

    public string ReadText(string what)
    {
        int length = ReadCount($"length of {what}", 1, MostTextBytes);
        return Encoding.UTF8.GetString(Take(length, what));
    }

    /// <summary>
    /// A metadata value: long, ulong (above 2^63 - 1), double, float, bool, string, or an array of one of these (object[] for arrays of
    /// arrays).
    /// </summary>
    public object ReadValue(string key) => ReadValue((GgufValueType)ReadUInt32($"type of '{key}'"), key, 0);

    private object ReadValue(GgufValueType type, string key, int depth) =>
        type switch
        {
            GgufValueType.UInt8 => (long)Take(1, key)[0],
            GgufValueType.Int8 => (long)(sbyte)Take(1, key)[0],
            GgufValueType.UInt16 => (long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2, key)),
            GgufValueType.Int16 => (long)BinaryPrimitives.ReadInt16LittleEndian(Take(2, key)),
            GgufValueType.UInt32 => (long)ReadUInt32(key),
            GgufValueType.Int32 => (long)(int)ReadUInt32(key),
            GgufValueType.Float32 => BitConverter.UInt32BitsToSingle(ReadUInt32(key)),
            GgufValueType.Bool => ReadBool(key),
            GgufValueType.String => ReadText($"'{key}'"),
            GgufValueType.UInt64 => ReadUInt64(key) is var value && value <= long.MaxValue ? (long)value : value,
            GgufValueType.Int64 => (long)ReadUInt64(key),
            GgufValueType.Float64 => BitConverter.UInt64BitsToDouble(ReadUInt64(key)),
            GgufValueType.Array => ReadArray(key, depth),
            _ => throw BadType(type, key),
        };

    private object ReadArray(string key, int depth)
    {
        if (depth == MaximumNesting)
        {
            throw new CheckpointException(
                $"{_path}: metadata key '{key}': expected at most {MaximumNesting} arrays inside each other, found more."
            );
        }

        var type = (GgufValueType)ReadUInt32($"element type of '{key}'");
        int count = ReadCount($"element count of '{key}'", MinimumBytes(type, key));
        return type switch
        {
            GgufValueType.String => Fill<string>(count, type, key, depth),
            GgufValueType.Float32 => Fill<float>(count, type, key, depth),
            GgufValueType.Float64 => Fill<double>(count, type, key, depth),
            GgufValueType.Bool => Fill<bool>(count, type, key, depth),
            GgufValueType.Array or GgufValueType.UInt64 => Fill<object>(count, type, key, depth),
            _ => Fill<long>(count, type, key, depth),
        };
    }

    private T[] Fill<T>(int count, GgufValueType type, string key, int depth)
    {
        var items = new List<T>(Math.Min(count, FirstItems));
        for (int i = 0; i < count; i++)
        {
            items.Add((T)ReadValue(type, key, depth + 1));
        }

        return [.. items];
    }

    private readonly int MinimumBytes(GgufValueType type, string key) =>
        type switch
        {
            GgufValueType.UInt8 or GgufValueType.Int8 or GgufValueType.Bool => 1,
            GgufValueType.UInt16 or GgufValueType.Int16 => 2,
            GgufValueType.UInt32 or GgufValueType.Int32 or GgufValueType.Float32 => 4,
            GgufValueType.String or GgufValueType.UInt64 or GgufValueType.Int64 or GgufValueType.Float64 => 8,
            GgufValueType.Array => 12,
            _ => throw BadType(type, key),
        };

    private bool ReadBool(string key) =>
        Take(1, key)[0] switch
        {
            0 => false,
            1 => true,
            var other => throw new CheckpointException($"{_path}: metadata key '{key}': expected 0 or 1 for a truth value, found {other}."),
        };

    private readonly CheckpointException BadType(GgufValueType type, string key) =>
        new($"{_path}: metadata key '{key}': expected a value type from 0 to 12, found {(uint)type}.");

    private ReadOnlySpan<byte> Take(int count, string what)
    {
        if (count > _length - Position)
        {
            throw new CheckpointException($"{_path}: the file ends at byte {_length}, inside {what}. Was the download completed?");
        }

        ReadOnlySpan<byte> taken = _bytes.Slice(Position, count);
        Position += count;
        return taken;
    }
}
