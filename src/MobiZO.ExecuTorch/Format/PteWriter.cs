using System.Buffers.Binary;
using Google.FlatBuffers;

namespace MobiZO.ExecuTorch.Format;

/// <summary>
/// Writes a program file of ExecuTorch: a flatbuffer with a header behind its identifier, then the data as <see cref="PteLayout"/> places
/// it. Field numbers are those of ExecuTorch's <c>program.fbs</c>.
/// </summary>
internal sealed class PteWriter
{
    private const string Identifier = "ET12";
    private const int HeaderBytes = 32;
    private const int HeaderPlace = 8;
    private const int SegmentAlignment = 4096;
    private const byte InSegment = 1;

    private readonly FlatBufferBuilder _builder = new(1 << 16) { ForceDefaults = false };
    private readonly PteFile _file;
    private readonly PteLayout _layout;

    private PteWriter(PteFile file, bool withNamed) => (_file, _layout) = (file, new PteLayout(file, withNamed));

    /// <summary>Writes a file; every method must be planned.</summary>
    /// <param name="file">The file.</param>
    /// <param name="stream">Where to.</param>
    /// <param name="withNamed">Whether named data is in the file; else whoever loads a method gives it.</param>
    /// <returns>Places in the stream of the first values of states, in bytes; entry n is that of number n, entry 0 is unused.</returns>
    public static long[] Write(PteFile file, Stream stream, bool withNamed = true) => new PteWriter(file, withNamed).Write(stream);

    private static long Align(long place, long alignment) => (place + alignment - 1) / alignment * alignment;

    private static void Pad(Stream stream, ref long place, long wanted)
    {
        Span<byte> zeros = stackalloc byte[512];
        zeros.Clear();
        while (place < wanted)
        {
            var count = (int)Math.Min(zeros.Length, wanted - place);
            stream.Write(zeros[..count]);
            place += count;
        }
    }

    private long[] Write(Stream stream)
    {
        var flat = Flat();
        var start = Align(flat.Length + HeaderBytes, SegmentAlignment);
        long place = flat.Length + HeaderBytes;
        stream.Write(WithHeader(flat, start, _layout.Size));
        foreach (var (offset, data) in _layout.Pieces)
        {
            Pad(stream, ref place, start + offset);
            data.Write(stream);
            place += data.Bytes;
        }

        Pad(stream, ref place, start + _layout.Size);
        return [.. _layout.States.Select(offset => start + _layout.Segments[_layout.StateSegment].Offset + offset)];
    }

    /// <summary>The flatbuffer with room behind its identifier for where the segments are.</summary>
    private static byte[] WithHeader(byte[] flat, long start, long size)
    {
        var bytes = new byte[flat.Length + HeaderBytes];
        flat.AsSpan(0, HeaderPlace).CopyTo(bytes);
        flat.AsSpan(HeaderPlace).CopyTo(bytes.AsSpan(HeaderPlace + HeaderBytes));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, BinaryPrimitives.ReadUInt32LittleEndian(flat) + HeaderBytes);
        var header = bytes.AsSpan(HeaderPlace, HeaderBytes);
        "eh00"u8.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], HeaderBytes);
        BinaryPrimitives.WriteInt64LittleEndian(header[8..], bytes.Length);
        BinaryPrimitives.WriteInt64LittleEndian(header[16..], start);
        BinaryPrimitives.WriteInt64LittleEndian(header[24..], size);
        return bytes;
    }

    private byte[] Flat()
    {
        var plans = _builder.Tables([.. _file.Methods.Select(Plan)]);
        var backendData = _builder.Tables([]);
        int[] all = [.. _layout.Segments.Select(segment => _builder.Range(2, segment.Offset, segment.Size))];
        var segmentVector = _builder.Tables(all);
        var constants = Subsegments(0, _layout.Constants);
        var states = _builder.Tables([Subsegments((uint)_layout.StateSegment, _layout.States)]);
        List<(int Field, int Offset)> fields = [(1, plans), (3, backendData), (4, segmentVector), (5, constants), (6, states)];
        if (_file.Target.HasNamedData)
        {
            fields.Add((7, _builder.Tables([.. _layout.Named.Select(named => Named(named.Key, named.Segment))])));
        }

        _builder.Finish(_builder.Offsets(8, fields), Identifier);
        return _builder.SizedByteArray();
    }

    private int Named(string key, int segment)
    {
        var name = _builder.CreateString(key).Value;
        return _builder.Table(
            2,
            () =>
            {
                _builder.AddOffset(0, name, 0);
                _builder.AddUint(1, (uint)segment, 0);
            }
        );
    }

    private int Subsegments(uint segment, long[] offsets)
    {
        var vector = _builder.Numbers(offsets);
        return _builder.Table(
            2,
            () =>
            {
                _builder.AddUint(0, segment, 0);
                _builder.AddOffset(1, vector, 0);
            }
        );
    }

    private int Plan(PteMethod method)
    {
        var name = _builder.CreateString(method.Name).Value;
        var empty = _builder.CreateString("").Value;
        var container = _builder.Offsets(2, (0, empty), (1, empty));
        var values = _builder.Tables([.. method.Values.Select(Value)]);
        int[] inputs = [.. method.Inputs.Select(tensor => tensor.Place)];
        int[] outputs = [.. method.Outputs.Select(tensor => tensor.Place)];
        var (inputVector, outputVector) = (_builder.Numbers(inputs), _builder.Numbers(outputs));
        var chains = _builder.Tables([Chain(method, inputs, outputs)]);
        var operators = _builder.Tables([.. method.Operators.Select(Operator)]);
        var delegates = _builder.Tables([.. method.Delegates.Select(Delegate)]);
        var buffers = _builder.Numbers(0L, method.ArenaBytes);
        return _builder.Offsets(
            10,
            (0, name),
            (1, container),
            (2, values),
            (3, inputVector),
            (4, outputVector),
            (5, chains),
            (6, operators),
            (7, delegates),
            (8, buffers)
        );
    }

    private int Chain(PteMethod method, int[] inputs, int[] outputs)
    {
        var (inputVector, outputVector) = (_builder.Numbers(inputs), _builder.Numbers(outputs));
        var instructions = _builder.Tables([.. method.Instructions.Select(Instruction)]);
        return _builder.Offsets(4, (0, inputVector), (1, outputVector), (2, instructions));
    }

    private int Instruction(PteInstruction instruction)
    {
        var isKernel = instruction.Operator >= 0;
        var arguments = _builder.Numbers<int>([.. instruction.Arguments]);
        var call = _builder.Table(
            2,
            () =>
            {
                _builder.AddInt(0, isKernel ? instruction.Operator : instruction.Delegate, 0);
                _builder.AddOffset(1, arguments, 0);
            }
        );
        return _builder.Union(2, (byte)(isKernel ? 1 : 2), call);
    }

    private int Operator((string Name, string Overload) operation)
    {
        var (name, overload) = (_builder.CreateString(operation.Name).Value, _builder.CreateString(operation.Overload).Value);
        return _builder.Offsets(2, (0, name), (1, overload));
    }

    private int Delegate((string Backend, int Payload) called)
    {
        var name = _builder.CreateString(called.Backend).Value;
        var reference = _builder.Table(
            2,
            () =>
            {
                _builder.AddByte(0, InSegment, 0);
                _builder.AddInt(1, _layout.FirstPayload + called.Payload, 0);
            }
        );
        var specifications = _builder.Tables([]);
        return _builder.Offsets(3, (0, name), (1, reference), (2, specifications));
    }

    private int Value(PteValue value) =>
        value switch
        {
            PteValue.Null => _builder.Union(2, 1, _builder.Table(0, () => { })),
            PteValue.Int number => _builder.Union(2, 2, _builder.Table(1, () => _builder.AddLong(0, number.Number, 0))),
            PteValue.Bool flag => _builder.Union(2, 3, _builder.Table(1, () => _builder.AddBool(0, flag.Flag, false))),
            PteValue.Tensor tensor => _builder.Union(2, 5, Tensor(tensor.Of)),
            PteValue.Text text => _builder.Union(2, 6, _builder.Offsets(1, (0, _builder.CreateString(text.Word).Value))),
            PteValue.IntList list => _builder.Union(2, 7, List(_builder.Numbers<long>([.. list.Places.Select(place => (long)place)]))),
            PteValue.TensorList list => _builder.Union(2, 10, List(_builder.Numbers<int>([.. list.Places]))),
            _ => throw new ArgumentException($"A value of the kind {value.GetType().Name} cannot be written."),
        };

    private int List(int vector) => _builder.Offsets(1, (0, vector));

    private int Tensor(PteTensor tensor)
    {
        var sizes = _builder.Numbers<int>([.. tensor.Shape]);
        var order = _builder.Numbers<byte>([.. Enumerable.Range(0, tensor.Shape.Count).Select(axis => (byte)axis)]);
        var place =
            tensor.Offset < 0
                ? 0
                : _builder.Table(
                    3,
                    () =>
                    {
                        _builder.AddUint(0, 1, 0);
                        _builder.AddUint(1, (uint)(tensor.Offset & uint.MaxValue), 0);
                        _builder.AddUint(2, (uint)(tensor.Offset >> 32), 0);
                    }
                );
        return _builder.Table(
            10,
            () =>
            {
                _builder.AddOffset(2, sizes, 0);
                _builder.AddOffset(3, order, 0);
                _builder.AddUint(5, (uint)tensor.Data, 0);
                _builder.AddOffset(6, place, 0);
                _builder.AddByte(0, (byte)tensor.Type, 0);
            }
        );
    }
}
