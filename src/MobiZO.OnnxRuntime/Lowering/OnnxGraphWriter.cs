using System.Buffers.Binary;
using System.Globalization;
using Google.Protobuf;
using MobiZO.OnnxRuntime.Lowering.Format;
using MobiZO.Programs;
using MobiZO.Programs.Building;
using MobiZO.Programs.Engines;

namespace MobiZO.OnnxRuntime.Lowering;

/// <summary>Writes the nodes of one ONNX graph; constants and run-time extents are made once and shared.</summary>
internal sealed class OnnxGraphWriter
{
    public const string MicrosoftDomain = "com.microsoft";
    public const string OffsetKey = "offset";
    public const string LengthKey = "length";

    private readonly GraphProto _graph = new();
    private readonly Dictionary<string, string> _shared = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Input, int Axis)> _symbols = new(StringComparer.Ordinal);
    private readonly HashSet<string> _read;
    private readonly ILookup<string, Operation> _readers;
    private int _counter;

    public OnnxGraphWriter(Program program)
    {
        _readers = program
            .Nodes.SelectMany(node => node.Inputs.Select(input => (input.Name, node.Operation)))
            .ToLookup(read => read.Name, read => read.Operation, StringComparer.Ordinal);
        _graph.Name = program.Name;
        _read = program
            .Nodes.SelectMany(node => node.Inputs)
            .Concat(program.Outputs)
            .Select(value => value.Name)
            .ToHashSet(StringComparer.Ordinal);
        foreach (var input in program.Inputs)
        {
            _graph.Input.Add(Describe(input));
            for (var axis = 0; axis < input.Shape.Rank; axis++)
            {
                if (!input.Shape[axis].IsConstant)
                {
                    _symbols.TryAdd(input.Shape[axis].Symbols[0], (input.Name, axis));
                }
            }
        }

        foreach (var output in program.Outputs)
        {
            _graph.Output.Add(Describe(output));
        }
    }

    public GraphProto Graph => _graph;

    /// <summary>
    /// The value of the program that is being made; nodes are named after it, so that traces and graph viewers tell what a node is for.
    /// </summary>
    public string Making { get; set; } = "";

    /// <summary>Whether anything reads a value of the program.</summary>
    public bool IsRead(Value value) => _read.Contains(value.Name);

    /// <summary>The operations that read a value of the program.</summary>
    public IEnumerable<Operation> ReadersOf(Value value) => _readers[value.Name];

    /// <summary>Adds a node with one result.</summary>
    public string Node(
        string type,
        IReadOnlyList<string> inputs,
        string? output = null,
        string domain = "",
        params IReadOnlyList<(string Name, object Value)> attributes
    )
    {
        output ??= NewName(type);
        Nodes(type, inputs, [output], domain, attributes);
        return output;
    }

    /// <summary>Adds a node with several results.</summary>
    public void Nodes(
        string type,
        IReadOnlyList<string> inputs,
        IReadOnlyList<string> outputs,
        string domain = "",
        params IReadOnlyList<(string Name, object Value)> attributes
    )
    {
        var node = new NodeProto
        {
            OpType = type,
            Name = string.Create(CultureInfo.InvariantCulture, $"{Making}/{type}_{_graph.Node.Count}"),
            Domain = domain,
        };
        node.Input.AddRange(inputs);
        node.Output.AddRange(outputs);
        node.Attribute.AddRange(attributes.Select(attribute => Attribute(attribute.Name, attribute.Value)));
        _graph.Node.Add(node);
    }

    /// <summary>Makes a value once for a key, however often it is asked for.</summary>
    public string Shared(string key, Func<string> make)
    {
        if (!_shared.TryGetValue(key, out var name))
        {
            name = make();
            _shared.Add(key, name);
        }

        return name;
    }

    /// <summary>A constant vector of integers.</summary>
    public string Integers(params IReadOnlyList<long> values) =>
        Shared(
            "int64:" + string.Join(',', values),
            () =>
            {
                var bytes = new byte[values.Count * 8];
                for (var i = 0; i < values.Count; i++)
                {
                    BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(i * 8), values[i]);
                }

                return Constant(TensorType.Int64, [values.Count], bytes);
            }
        );

    /// <summary>A constant integer without axes.</summary>
    public string Integer(long value) =>
        Shared(
            "int64 scalar:" + value.ToString(CultureInfo.InvariantCulture),
            () =>
            {
                var bytes = new byte[8];
                BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
                return Constant(TensorType.Int64, [], bytes);
            }
        );

    /// <summary>A constant byte without axes.</summary>
    public string Byte(byte value) =>
        Shared("byte:" + value.ToString(CultureInfo.InvariantCulture), () => Constant(TensorType.Byte, [], [value]));

    /// <summary>A constant fp32 number without axes.</summary>
    public string Number(double value) => Shared("float:" + value.ToString("R", CultureInfo.InvariantCulture), () => Numbers([], [value]));

    /// <summary>A constant fp32 tensor.</summary>
    public string Numbers(IReadOnlyList<long> shape, IReadOnlyList<double> values)
    {
        var bytes = new byte[values.Count * 4];
        for (var i = 0; i < values.Count; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * 4), (float)values[i]);
        }

        return Constant(TensorType.Float, shape, bytes);
    }

    /// <summary>A run-time shape: a vector with one entry an extent.</summary>
    public string ShapeOf(params IReadOnlyList<Dimension> extents)
    {
        return extents.All(extent => extent.IsConstant)
            ? Integers([.. extents.Select(extent => extent.Factor)])
            : Shared($"shape:{string.Join(',', extents)}", () => Node("Concat", [.. extents.Select(Extent)], null, "", ("axis", 0L)));
    }

    /// <summary>A run-time extent as a vector of one entry.</summary>
    public string Extent(Dimension extent)
    {
        if (extent.IsConstant)
        {
            return Integers(extent.Factor);
        }

        return Shared(
            $"extent:{extent}",
            () =>
            {
                var product = extent.Symbols.Select(Symbol).Aggregate((left, right) => Node("Mul", [left, right]));
                return extent.Factor == 1 ? product : Node("Mul", [product, Integers(extent.Factor)]);
            }
        );
    }

    /// <summary>
    /// The integer 0 [1] from the extents of a value: what is computed with it is computed in every run, behind that value, and never
    /// once and for all when a session is loaded.
    /// </summary>
    public string LateZero(string value) =>
        Shared($"late zero:{value}", () => Node("Mul", [Node("Shape", [value], null, "", ("start", 0L), ("end", 1L)), Integers(0)]));

    public string Reshape(string value, params IReadOnlyList<Dimension> shape) => Node("Reshape", [value, ShapeOf(shape)]);

    public string Transpose(string value, params IReadOnlyList<long> order) => Node("Transpose", [value], null, "", ("perm", order));

    public string NewName(string type) => string.Create(CultureInfo.InvariantCulture, $"{type}_{_counter++}");

    /// <summary>
    /// Says the extents of values that nodes make. The runtime's own inference loses them at run-time shapes. While a value has none, its
    /// plan of memory finds no free buffer for it and compares it with all of them: the time to load grows with the square of the values.
    /// </summary>
    public void DescribeValues(IEnumerable<Value> values)
    {
        var made = _graph.Node.SelectMany(node => node.Output).ToHashSet(StringComparer.Ordinal);
        made.ExceptWith(_graph.Output.Select(output => output.Name));
        _graph.ValueInfo.AddRange(values.Where(value => made.Contains(value.Name)).Select(Describe));
    }

    /// <summary>Adds a frozen weight whose values lie in an external file.</summary>
    public void Weight(Weight weight, string file, long offset) =>
        External(weight.Name, TensorType.Float, [.. weight.Shape.Select(extent => (long)extent)], file, offset);

    /// <summary>Adds a constant whose values lie in an external file.</summary>
    public string External(string name, TensorType type, IReadOnlyList<long> shape, string file, long offset)
    {
        var tensor = new TensorProto
        {
            Name = name,
            DataType = (int)type,
            DataLocation = TensorProto.Types.DataLocation.External,
        };
        tensor.Dims.AddRange(shape);
        void Entry(string key, string value) => tensor.ExternalData.Add(new StringStringEntryProto { Key = key, Value = value });
        Entry("location", file);
        Entry(OffsetKey, offset.ToString(CultureInfo.InvariantCulture));
        Entry(
            LengthKey,
            (shape.Aggregate(1L, (product, extent) => product * extent) * (type == TensorType.Byte ? 1 : sizeof(float))).ToString(
                CultureInfo.InvariantCulture
            )
        );
        _graph.Initializer.Add(tensor);
        return name;
    }

    private string Symbol(string symbol) =>
        Shared(
            $"symbol:{symbol}",
            () =>
            {
                if (Dimension.FindShare(symbol) is var (whole, parts))
                {
                    return Node("Div", [Symbol(whole), Symbol(parts)]);
                }

                if (!_symbols.TryGetValue(symbol, out var place))
                {
                    throw new ProgramException($"Program '{_graph.Name}': no input has the extent {symbol}.");
                }

                return Node("Shape", [place.Input], null, "", ("start", (long)place.Axis), ("end", (long)place.Axis + 1));
            }
        );

    private string Constant(TensorType type, IReadOnlyList<long> shape, byte[] bytes)
    {
        var tensor = new TensorProto
        {
            Name = NewName("constant"),
            DataType = (int)type,
            RawData = UnsafeByteOperations.UnsafeWrap(bytes),
        };
        tensor.Dims.AddRange(shape);
        _graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    private static AttributeProto Attribute(string name, object value)
    {
        var attribute = new AttributeProto { Name = name };
        switch (value)
        {
            case long integer:
                (attribute.I, attribute.Type) = (integer, AttributeProto.Types.AttributeType.Int);
                break;
            case float number:
                (attribute.F, attribute.Type) = (number, AttributeProto.Types.AttributeType.Float);
                break;
            case string text:
                (attribute.S, attribute.Type) = (ByteString.CopyFromUtf8(text), AttributeProto.Types.AttributeType.String);
                break;
            case IReadOnlyList<long> integers:
                attribute.Ints.AddRange(integers);
                attribute.Type = AttributeProto.Types.AttributeType.Ints;
                break;
            default:
                throw new ArgumentException($"Attributes of type {value.GetType().Name} are not written.", nameof(value));
        }

        return attribute;
    }

    private static ValueInfoProto Describe(Value value)
    {
        var shape = new TensorShapeProto();
        foreach (var dimension in value.Shape.Dimensions)
        {
            shape.Dim.Add(
                dimension.IsConstant
                    ? new TensorShapeProto.Types.Dimension { DimValue = dimension.Factor }
                    : new TensorShapeProto.Types.Dimension { DimParam = dimension.ToString() }
            );
        }

        var type = value.Type == ElementType.Int64 ? TensorType.Int64 : TensorType.Float;
        return new ValueInfoProto
        {
            Name = value.Name,
            Type = new TypeProto
            {
                TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = shape },
            },
        };
    }
}
