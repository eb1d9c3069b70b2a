using System.Text;
using MobiZO.Checkpoints.Gguf;
using MobiZO.Checkpoints.Quantization;

namespace MobiZO.TestKit.Gguf;

/// <summary>Builds GGUF files, and broken ones: every number of a tensor can be overridden.</summary>
public sealed class GgufBytes
{
    private const int Alignment = 32;
    private readonly List<byte[]> _pairs = [];
    private readonly List<(string Name, uint Type, ulong[] Dimensions, ulong? Offset, byte[] Data)> _tensors = [];

    /// <summary>Version of the format.</summary>
    public uint Version { get; set; } = 3;

    /// <summary>What the header says instead of the true number of tensors.</summary>
    public ulong? TensorCount { get; set; }

    /// <summary>What the header says instead of the true number of pairs.</summary>
    public ulong? PairCount { get; set; }

    /// <summary>Adds a pair.</summary>
    public GgufBytes Add(string key, object value)
    {
        _pairs.Add(
            Write(writer =>
            {
                WriteText(writer, key);
                writer.Write((uint)TypeOf(value));
                WriteValue(writer, value);
            })
        );
        return this;
    }

    /// <summary>Adds a pair whose type and value are given as raw bytes.</summary>
    public GgufBytes AddRaw(string key, byte[] typeAndValue)
    {
        _pairs.Add(
            Write(writer =>
            {
                WriteText(writer, key);
                writer.Write(typeAndValue);
            })
        );
        return this;
    }

    /// <summary>Adds a tensor, its extents outermost first.</summary>
    internal GgufBytes Add(string name, GgufTensorType type, int[] shape, byte[] data, ulong? offset = null) =>
        AddTensor(name, (uint)type, [.. shape.Reverse().Select(dimension => (ulong)dimension)], data, offset);

    /// <summary>Adds a tensor as the header has it, extents innermost first.</summary>
    public GgufBytes AddTensor(string name, uint type, ulong[] dimensions, byte[] data, ulong? offset = null)
    {
        _tensors.Add((name, type, dimensions, offset, data));
        return this;
    }

    /// <summary>Takes a tensor out.</summary>
    public GgufBytes Remove(string tensor)
    {
        _tensors.RemoveAll(item => item.Name == tensor);
        return this;
    }

    /// <summary>Names of the tensors, in order.</summary>
    public IReadOnlyList<string> TensorNames => [.. _tensors.Select(tensor => tensor.Name)];

    /// <summary>Adds a tensor of another file.</summary>
    public GgufBytes Take(GgufBytes other, string tensor)
    {
        _tensors.Add(other._tensors.Find(item => item.Name == tensor));
        return this;
    }

    /// <summary>The file.</summary>
    public byte[] Build() =>
        Write(writer =>
        {
            writer.Write("GGUF"u8);
            writer.Write(Version);
            writer.Write(TensorCount ?? (ulong)_tensors.Count);
            writer.Write(PairCount ?? (ulong)_pairs.Count);
            _pairs.ForEach(writer.Write);
            ulong position = 0;
            foreach ((string name, uint type, ulong[] dimensions, ulong? offset, byte[] data) in _tensors)
            {
                WriteText(writer, name);
                writer.Write(dimensions.Length);
                Array.ForEach(dimensions, writer.Write);
                writer.Write(type);
                writer.Write(offset ?? position);
                position += (ulong)Padded(data.Length);
            }

            Pad(writer);
            foreach ((_, _, _, _, byte[] data) in _tensors)
            {
                writer.Write(data);
                Pad(writer);
            }
        });

    /// <summary>Bytes that are written.</summary>
    public static byte[] Write(Action<BinaryWriter> write)
    {
        var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream))
        {
            write(writer);
        }

        return stream.ToArray();
    }

    /// <summary>Writes a text as the format has it.</summary>
    public static void WriteText(BinaryWriter writer, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        writer.Write((ulong)bytes.Length);
        writer.Write(bytes);
    }

    private static int Padded(int length) => (length + Alignment - 1) / Alignment * Alignment;

    private static void Pad(BinaryWriter writer)
    {
        writer.Flush();
        writer.Write(new byte[Padded((int)writer.BaseStream.Position) - (int)writer.BaseStream.Position]);
    }

    private static GgufValueType TypeOf(object value) =>
        value switch
        {
            byte => GgufValueType.UInt8,
            sbyte => GgufValueType.Int8,
            ushort => GgufValueType.UInt16,
            short => GgufValueType.Int16,
            uint => GgufValueType.UInt32,
            int => GgufValueType.Int32,
            float => GgufValueType.Float32,
            bool => GgufValueType.Bool,
            string => GgufValueType.String,
            ulong => GgufValueType.UInt64,
            long => GgufValueType.Int64,
            double => GgufValueType.Float64,
            _ => GgufValueType.Array,
        };

    private static void WriteValue(BinaryWriter writer, object value)
    {
        switch (value)
        {
            case byte number:
                writer.Write(number);
                break;
            case sbyte number:
                writer.Write(number);
                break;
            case ushort number:
                writer.Write(number);
                break;
            case short number:
                writer.Write(number);
                break;
            case uint number:
                writer.Write(number);
                break;
            case int number:
                writer.Write(number);
                break;
            case float number:
                writer.Write(number);
                break;
            case bool flag:
                writer.Write(flag);
                break;
            case string text:
                WriteText(writer, text);
                break;
            case ulong number:
                writer.Write(number);
                break;
            case long number:
                writer.Write(number);
                break;
            case double number:
                writer.Write(number);
                break;
            default:
                object[] items = [.. ((Array)value).Cast<object>()];
                writer.Write((uint)(items.Length == 0 ? GgufValueType.UInt8 : TypeOf(items[0])));
                writer.Write((ulong)items.Length);
                Array.ForEach(items, item => WriteValue(writer, item));
                break;
        }
    }
}
