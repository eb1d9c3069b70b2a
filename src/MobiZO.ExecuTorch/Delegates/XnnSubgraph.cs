using System.Buffers.Binary;
using Google.FlatBuffers;
using MobiZO.ExecuTorch.Format;

namespace MobiZO.ExecuTorch.Delegates;

/// <summary>
/// A part of a method as a payload of XNNPACK; it computes in fp32. It holds no data: frozen matrices are named, so that methods and files
/// share them and the runtime packs them once (for releases that know no names it says where they lie behind it), and whatever else is
/// read comes as an argument of the call. Field numbers are those of
/// ExecuTorch's <c>backends/xnnpack/serialization/schema.fbs</c>.
/// </summary>
/// <param name="inputs">Tensors that the call is given, in order.</param>
/// <param name="outputs">Tensors that it makes, in order: its arguments behind the inputs.</param>
/// <param name="isNamed">Whether the release knows data by name.</param>
internal sealed class XnnSubgraph(IReadOnlyList<PteTensor> inputs, IReadOnlyList<PteTensor> outputs, bool isNamed = true)
{
    /// <summary>Name of the backend.</summary>
    public const string Backend = "XnnpackBackend";

    /// <summary>Most axes of a tensor.</summary>
    public const int MostAxes = 6;

    private const int HeaderBytes = 30;
    private const int ConstantsField = 18;
    private const int FlatPlace = 64;
    private const int Alignment = 64;
    private const short Float32 = 1;
    private const short RowsOfBytes = 6;
    private const int External = 1;
    private const int ExternalOutput = 2;
    private const uint None = uint.MaxValue;
    private const ulong NoOffset = ulong.MaxValue;

    private readonly FlatBufferBuilder _builder = new(1 << 16);
    private readonly Dictionary<PteTensor, uint> _numbers = [];
    private readonly List<PteTensor> _values = [];
    private readonly List<int> _nodes = [];

    // Data that is not named: how far its place stands from the end of the flatbuffer.
    private readonly List<(int FromEnd, string Name)> _reads = [];

    /// <summary>A node of one value.</summary>
    public void Unary(XnnKind kind, PteTensor x, PteTensor result) => Node(kind, 0, Number(x), Number(result), 0);

    /// <summary>A node of two values.</summary>
    public void Binary(XnnKind kind, PteTensor a, PteTensor b, PteTensor result) => Node(kind, 0, Number(a), Number(b), Number(result), 0);

    /// <summary>The values that are below zero become zero.</summary>
    public void Relu(PteTensor x, PteTensor result)
    {
        var range = _builder.Table(
            2,
            () =>
            {
                _builder.AddFloat(0, 0, float.NegativeInfinity);
                _builder.AddFloat(1, float.PositiveInfinity, 0);
            }
        );
        Node(XnnKind.Clamp, range, Number(x), Number(result), 0);
    }

    /// <summary>x [.., in] times a named matrix [out, in], and a named bias [out] that may be missing.</summary>
    public void FullyConnected(PteTensor x, PteTensor matrix, PteTensor? bias, PteTensor result) =>
        Node(XnnKind.FullyConnected, 0, Number(x), Number(matrix), bias is null ? None : Number(bias), Number(result), 0);

    /// <summary>The axes in another order.</summary>
    public void Transpose(PteTensor x, IReadOnlyList<int> axes, PteTensor result) =>
        WithNumbers(XnnKind.StaticTranspose, [axes], x, result);

    /// <summary>The same values in another shape.</summary>
    public void Reshape(PteTensor x, PteTensor result) => WithNumbers(XnnKind.StaticReshape, [result.Shape], x, result);

    /// <summary>A part of a tensor.</summary>
    public void Slice(PteTensor x, IReadOnlyList<int> starts, PteTensor result) =>
        WithNumbers(XnnKind.StaticSlice, [starts, result.Shape], x, result);

    /// <summary>Two to four tensors one behind the other.</summary>
    public void Concatenate(int axis, IReadOnlyList<PteTensor> parts, PteTensor result)
    {
        uint[] numbers = [.. parts.Select(Number)];
        var output = Number(result);
        var table = _builder.Table(
            8,
            () =>
            {
                _builder.AddUint(0, (uint)axis, 0);
                for (var i = 0; i < numbers.Length; i++)
                {
                    _builder.AddUint(1 + i, numbers[i], 0);
                }

                _builder.AddUint(5, output, 0);
            }
        );
        Node((XnnKind)((byte)XnnKind.Concatenate2 + numbers.Length - 2), table, 0);
    }

    /// <summary>The payload; nothing can be added afterwards.</summary>
    public PtePayload Payload()
    {
        // Arguments that no node names keep their numbers.
        foreach (var tensor in inputs.Concat(outputs))
        {
            Number(tensor);
        }

        var flat = Finish();
        var size = FlatPlace + ((flat.Length + Alignment - 1) / Alignment * Alignment);

        // A payload without a single byte of data counts as one of the older kind, whose data lies in the flatbuffer.
        var payload = new byte[size + Alignment];
        "XH00"u8.CopyTo(payload.AsSpan(4));
        BinaryPrimitives.WriteInt16LittleEndian(payload.AsSpan(8), HeaderBytes);
        BinaryPrimitives.WriteInt32LittleEndian(payload.AsSpan(10), FlatPlace);
        BinaryPrimitives.WriteInt32LittleEndian(payload.AsSpan(14), flat.Length);
        BinaryPrimitives.WriteInt32LittleEndian(payload.AsSpan(ConstantsField), size);
        BinaryPrimitives.WriteInt64LittleEndian(payload.AsSpan(ConstantsField + sizeof(int)), Alignment);
        flat.CopyTo(payload, FlatPlace);
        var end = FlatPlace + flat.Length;
        return new PtePayload(payload, [.. _reads.Select(read => (end - read.FromEnd, read.Name))], ConstantsField);
    }

    private uint Number(PteTensor tensor)
    {
        if (!_numbers.TryGetValue(tensor, out var number))
        {
            number = (uint)(inputs.Count + outputs.Count + _values.Count);
            var external =
                IndexOf(inputs, tensor) is >= 0 and var input ? input
                : IndexOf(outputs, tensor) is >= 0 and var output ? inputs.Count + output
                : -1;
            if (external >= 0)
            {
                number = (uint)external;
            }
            else
            {
                _values.Add(tensor);
            }

            _numbers.Add(tensor, number);
        }

        return number;
    }

    private static int IndexOf(IReadOnlyList<PteTensor> tensors, PteTensor wanted)
    {
        for (var i = 0; i < tensors.Count; i++)
        {
            if (ReferenceEquals(tensors[i], wanted))
            {
                return i;
            }
        }

        return -1;
    }

    private void WithNumbers(XnnKind kind, IReadOnlyList<IReadOnlyList<int>> lists, PteTensor x, PteTensor result)
    {
        int[] vectors = [.. lists.Select(list => _builder.Numbers<int>([.. list]))];
        var (input, output) = (Number(x), Number(result));
        var table = _builder.Table(
            4 + vectors.Length,
            () =>
            {
                _builder.AddUint(0, (uint)lists[0].Count, 0);
                for (var i = 0; i < vectors.Length; i++)
                {
                    _builder.AddOffset(1 + i, vectors[i], 0);
                }

                _builder.AddUint(1 + vectors.Length, input, 0);
                _builder.AddUint(2 + vectors.Length, output, 0);
            }
        );
        Node(kind, table, 0);
    }

    private void Node(XnnKind kind, int range, params ReadOnlySpan<uint> fields)
    {
        _builder.StartTable(fields.Length);
        for (var i = 0; i < fields.Length; i++)
        {
            _builder.AddUint(i, fields[i], 0);
        }

        Node(kind, _builder.EndTable(), range);
    }

    private void Node(XnnKind kind, int table, int range)
    {
        _builder.StartTable(4);
        _builder.AddByte(0, (byte)kind, 0);
        _builder.AddOffset(1, table, 0);
        _builder.AddOffset(3, range, 0);
        _nodes.Add(_builder.EndTable());
    }

    private byte[] Finish()
    {
        // Entry 0 of the data is unused.
        var (values, data) = (new List<int>(), new List<int> { Data(null, 0) });
        foreach (var (index, tensor) in inputs.Index())
        {
            values.Add(Value(tensor.Shape, 0, (uint)index, External, index));
        }

        foreach (var (index, tensor) in outputs.Index())
        {
            var number = inputs.Count + index;
            values.Add(Value(tensor.Shape, 0, (uint)number, ExternalOutput, number));
        }

        int Named(string? name, long bytes)
        {
            if (name is null)
            {
                return 0;
            }

            data.Add(Data(name, bytes));
            return data.Count - 1;
        }

        foreach (var tensor in _values)
        {
            if (tensor.Scales is { } scales)
            {
                var (codes, rows) = (Named(tensor.Name, tensor.Count), tensor.Shape[0]);
                var stored = tensor.ScaleValues is null ? Named(scales, (long)rows * sizeof(float)) : 0;
                values.Add(Quantized(tensor, codes, stored, values.Count));
            }
            else
            {
                values.Add(Value(tensor.Shape, Named(tensor.Name, tensor.Bytes), None, 0, values.Count));
            }
        }

        var (dataVector, nodeVector, valueVector) = (_builder.Tables(data), _builder.Tables(_nodes), _builder.Tables(values));
        uint[] inputNumbers = [.. Enumerable.Range(0, inputs.Count).Select(index => (uint)index)];
        uint[] outputNumbers = [.. Enumerable.Range(inputs.Count, outputs.Count).Select(index => (uint)index)];
        var (inputVector, outputVector) = (_builder.Numbers(inputNumbers), _builder.Numbers(outputNumbers));
        var version = _builder.CreateString("0").Value;
        var root = _builder.Table(
            9,
            () =>
            {
                _builder.AddOffset(0, version, 0);
                _builder.AddOffset(1, nodeVector, 0);
                _builder.AddOffset(2, valueVector, 0);
                _builder.AddUint(3, (uint)(inputs.Count + outputs.Count), 0);
                _builder.AddOffset(4, inputVector, 0);
                _builder.AddOffset(5, outputVector, 0);
                _builder.AddOffset(8, dataVector, 0);
            }
        );
        _builder.Finish(root, "XN01");
        return _builder.SizedByteArray();
    }

    private int Data(string? name, long bytes)
    {
        if (name is not null && !isNamed)
        {
            return Unnamed(name, bytes);
        }

        var key = name is null ? 0 : _builder.CreateString(name).Value;
        return _builder.Table(
            3,
            () =>
            {
                _builder.AddUlong(0, name is null ? 0 : NoOffset, 0);
                _builder.AddUlong(1, (ulong)bytes, 0);
                _builder.AddOffset(2, key, 0);
            }
        );
    }

    /// <summary>Data whose place is known when the file is laid out.</summary>
    private int Unnamed(string name, long bytes) =>
        _builder.Table(
            2,
            () =>
            {
                _builder.AddUlong(0, NoOffset, 0);
                _reads.Add((_builder.Offset, name));
                _builder.AddUlong(1, (ulong)bytes, 0);
            }
        );

    private int Value(IReadOnlyList<int> shape, int data, uint external, int flags, int number) =>
        _builder.Union(2, 1, Tensor(Float32, shape, data, external, flags, number));

    /// <summary>A matrix of bytes with a scale a row.</summary>
    private int Quantized(PteTensor matrix, int codes, int scales, int number)
    {
        var tensor = Tensor(RowsOfBytes, matrix.Shape, codes, None, 0, number);

        // The list must be there, though it is not read where the scales are stored.
        var list = _builder.Numbers<float>(matrix.ScaleValues ?? []);
        var rows = _builder.Table(
            4,
            () =>
            {
                _builder.AddOffset(0, list, 0);
                _builder.AddUint(2, (uint)scales, 0);
                _builder.AddUint(3, scales == 0 ? 0 : (uint)matrix.Shape[0], 0);
            }
        );
        var value = _builder.Table(
            3,
            () =>
            {
                _builder.AddOffset(0, tensor, 0);
                _builder.AddOffset(2, rows, 0);
                _builder.AddByte(1, 1, 0);
            }
        );
        return _builder.Union(2, 2, value);
    }

    private int Tensor(short type, IReadOnlyList<int> shape, int data, uint external, int flags, int number)
    {
        var extents = _builder.Numbers<int>([.. shape]);
        return _builder.Table(
            7,
            () =>
            {
                _builder.AddOffset(2, extents, 0);
                _builder.AddUint(1, (uint)shape.Count, 0);
                _builder.AddUint(3, (uint)data, 0);
                _builder.AddUint(4, external, 0);
                _builder.AddUint(5, (uint)flags, 0);
                _builder.AddUint(6, (uint)number, 0);
                _builder.AddShort(0, type, 0);
            }
        );
    }
}
