using System.Runtime.InteropServices;
using MobiZO.ExecuTorch.Delegates;
using MobiZO.ExecuTorch.Format;

namespace MobiZO.ExecuTorch.Lowering;

/// <summary>Adds kernels to a method; the shape of every result is worked out here. All extents are known.</summary>
/// <param name="file">The file that holds constants and payloads.</param>
/// <param name="method">The method.</param>
internal sealed class PteGraph(PteFile file, PteMethod method)
{
    private readonly Dictionary<float, PteTensor> _numbers = [];

    /// <summary>The file.</summary>
    public PteFile File => file;

    /// <summary>The method.</summary>
    public PteMethod Method => method;

    /// <summary>A tensor that the caller gives.</summary>
    public PteTensor Input(PteType type, params IReadOnlyList<int> shape)
    {
        var tensor = New(type, PteTensorKind.Input, shape);
        method.Inputs.Add(tensor);
        return tensor;
    }

    /// <summary>A tensor in the file.</summary>
    public PteTensor Constant(PteType type, PteConstant data, params IReadOnlyList<int> shape)
    {
        var tensor = New(type, PteTensorKind.Constant, shape);
        file.Constants.Add(data);
        tensor.Data = file.Constants.Count;
        return tensor;
    }

    /// <summary>A tensor that stays between the calls of the method; the first values of one memory lie in the file once.</summary>
    public PteTensor State(ReadOnlyMemory<float> first, params IReadOnlyList<int> shape)
    {
        var tensor = New(PteType.Float32, PteTensorKind.State, shape);
        if (!file.SharedStates.TryGetValue(first, out var number))
        {
            file.States.Add(PteConstant.Of(MemoryMarshal.AsBytes(first.Span).ToArray()));
            number = file.States.Count;
            file.SharedStates.Add(first, number);
        }

        tensor.Data = number;
        return tensor;
    }

    /// <summary>Overwrites a state.</summary>
    public void Store(PteTensor value, PteTensor state) => Call(Kernels.Add, "out", state, Of(value), Of(Number(0)), Int(1));

    /// <summary>fp32 values in the file.</summary>
    public PteTensor Constant(float[] values, params IReadOnlyList<int> shape) =>
        Constant(PteType.Float32, PteConstant.Of(MemoryMarshal.AsBytes(values.AsSpan()).ToArray()), shape);

    /// <summary>Whole numbers in the file.</summary>
    public PteTensor Constant(long[] values, params IReadOnlyList<int> shape) =>
        Constant(PteType.Int64, PteConstant.Of(MemoryMarshal.AsBytes(values.AsSpan()).ToArray()), shape);

    /// <summary>A constant that the file has already.</summary>
    /// <param name="type">Its elements.</param>
    /// <param name="number">Its number.</param>
    /// <param name="shape">Its extents.</param>
    public PteTensor Known(PteType type, int number, IReadOnlyList<int> shape)
    {
        var tensor = New(type, PteTensorKind.Constant, shape);
        tensor.Data = number;
        return tensor;
    }

    /// <summary>One number as a tensor [1].</summary>
    public PteTensor Number(double value)
    {
        if (!_numbers.TryGetValue((float)value, out var tensor))
        {
            tensor = Constant([(float)value], 1);
            _numbers.Add((float)value, tensor);
        }

        return tensor;
    }

    /// <summary>What the caller gets.</summary>
    public void Output(PteTensor tensor) => method.Outputs.Add(tensor);

    /// <summary>a + b.</summary>
    public PteTensor Add(PteTensor a, PteTensor b) => Binary(Kernels.Add, a, b, Int(1));

    /// <summary>a - b.</summary>
    public PteTensor Subtract(PteTensor a, PteTensor b) => Binary(Kernels.Subtract, a, b, Int(1));

    /// <summary>a * b.</summary>
    public PteTensor Multiply(PteTensor a, PteTensor b) => Binary(Kernels.Multiply, a, b);

    /// <summary>a / b.</summary>
    public PteTensor Divide(PteTensor a, PteTensor b) => Binary(Kernels.Divide, a, b);

    /// <summary>a times a number.</summary>
    public PteTensor Scale(PteTensor a, double factor) => factor is 1 ? a : Multiply(a, Number(factor));

    /// <summary>An operation of one value, element by element: <c>aten::sigmoid</c>, <c>aten::tanh</c>, ...</summary>
    public PteTensor Unary(string operation, PteTensor a) => Call(operation, "out", Like(a), Of(a));

    /// <summary>x times the share of the normal distribution below x.</summary>
    public PteTensor Gelu(PteTensor a) => Call(Kernels.Gelu, "out", Like(a), Of(a), method.PlaceOf(new PteValue.Text("none")));

    /// <summary>Whether a is below b, element by element.</summary>
    public PteTensor Less(PteTensor a, PteTensor b) =>
        Call("aten::lt", "Tensor_out", Temporary(PteType.Bool, Broadcast(a.Shape, b.Shape)), Of(a), Of(b));

    /// <summary>a where the condition holds, else b.</summary>
    public PteTensor Where(PteTensor condition, PteTensor a, PteTensor b) =>
        Call(
            "aten::where",
            "self_out",
            Temporary(a.Type, Broadcast(Broadcast(condition.Shape, a.Shape), b.Shape)),
            Of(condition),
            Of(a),
            Of(b)
        );

    /// <summary>a [m, k] times b [k, n].</summary>
    public PteTensor MatMul(PteTensor a, PteTensor b) =>
        Call(Kernels.MatMul, "out", Temporary(a.Type, [a.Shape[0], b.Shape[1]]), Of(a), Of(b));

    /// <summary>a [x, m, k] times b [x, k, n].</summary>
    public PteTensor BatchMatMul(PteTensor a, PteTensor b) =>
        Call(Kernels.BatchMatMul, "out", Temporary(a.Type, [a.Shape[0], a.Shape[1], b.Shape[2]]), Of(a), Of(b));

    /// <summary>The same values in another shape.</summary>
    public PteTensor View(PteTensor a, params IReadOnlyList<int> shape) =>
        a.Shape.SequenceEqual(shape) ? a : Call(Kernels.View, "out", Temporary(a.Type, shape), Of(a), Ints(shape));

    /// <summary>The axes in another order.</summary>
    public PteTensor Permute(PteTensor a, params IReadOnlyList<int> axes) =>
        Call(Kernels.Permute, "out", Temporary(a.Type, [.. axes.Select(axis => a.Shape[axis])]), Of(a), Ints(axes));

    /// <summary>Extents of one become others.</summary>
    public PteTensor Expand(PteTensor a, params IReadOnlyList<int> shape) =>
        a.Shape.SequenceEqual(shape) ? a : Call("aten::expand_copy", "out", Temporary(a.Type, shape), Of(a), Ints(shape), Flag(false));

    /// <summary>A part along an axis.</summary>
    public PteTensor Slice(PteTensor a, int axis, int start, int end)
    {
        int[] shape = [.. a.Shape];
        shape[axis] = end - start;
        return shape.SequenceEqual(a.Shape)
            ? a
            : Call(Kernels.Slice, "Tensor_out", Temporary(a.Type, shape), Of(a), Int(axis), Int(start), Int(end), Int(1));
    }

    /// <summary>Tensors one behind the other along an axis.</summary>
    public PteTensor Concatenate(int axis, params IReadOnlyList<PteTensor> parts)
    {
        if (parts.Count == 1)
        {
            return parts[0];
        }

        int[] shape = [.. parts[0].Shape];
        shape[axis] = parts.Sum(part => part.Shape[axis]);
        var list = method.PlaceOf(new PteValue.TensorList([.. parts.Select(Of)]));
        return Call(Kernels.Concatenate, "out", Temporary(parts[0].Type, shape), list, Int(axis));
    }

    /// <summary>Rows of a table: [.., width] for indices [..].</summary>
    public PteTensor Rows(PteTensor table, PteTensor indices) =>
        Call(
            "aten::embedding",
            "out",
            Temporary(table.Type, [.. indices.Shape, table.Shape[1]]),
            Of(table),
            Of(indices),
            Int(-1),
            Flag(false),
            Flag(false)
        );

    /// <summary>The entries that indices name along the last axis.</summary>
    public PteTensor Gather(PteTensor a, PteTensor indices) =>
        Call("aten::gather", "out", Temporary(a.Type, indices.Shape), Of(a), Int(a.Shape.Count - 1), Of(indices), Flag(false));

    /// <summary>A copy with other numbers at the entries that indices name along the last axis, each once.</summary>
    public PteTensor Scatter(PteTensor a, PteTensor indices, PteTensor values) =>
        Call("aten::scatter", "src_out", Like(a), Of(a), Int(a.Shape.Count - 1), Of(indices), Of(values));

    /// <summary>Softmax over the last axis.</summary>
    public PteTensor Softmax(PteTensor a) => Call(Kernels.Softmax, "out", Like(a), Of(a), Int(a.Shape.Count - 1), Flag(false));

    /// <summary>Logarithm of the softmax over the last axis.</summary>
    public PteTensor LogSoftmax(PteTensor a) => Call("aten::_log_softmax", "out", Like(a), Of(a), Int(a.Shape.Count - 1), Flag(false));

    /// <summary>Mean over the last axis, which becomes one.</summary>
    public PteTensor Mean(PteTensor a) =>
        Call(Kernels.Mean, "out", Temporary(a.Type, [.. a.Shape.SkipLast(1), 1]), Of(a), Ints([a.Shape.Count - 1]), Flag(true), None());

    /// <summary>Sum over the last axis, which becomes one.</summary>
    public PteTensor Sum(PteTensor a) =>
        Call(
            "aten::sum",
            "IntList_out",
            Temporary(a.Type, [.. a.Shape.SkipLast(1), 1]),
            Of(a),
            Ints([a.Shape.Count - 1]),
            Flag(true),
            None()
        );

    /// <summary>x [m, in] times a named matrix [out, in], plus a named bias [out] that may be missing: [m, out].</summary>
    public PteTensor Linear(PteTensor x, PteTensor matrix, PteTensor? bias) =>
        Call(
            Kernels.Linear,
            "",
            Temporary(x.Type, [x.Shape[0], matrix.Shape[0]]),
            bias is null ? [Of(x), Of(matrix)] : [Of(x), Of(matrix), Of(bias)]
        );

    /// <summary>Data that delegates know by name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="scales">Name of the scales when the data is a byte a value; null: it is fp32.</param>
    /// <param name="shape">Its extents.</param>
    /// <param name="values">The scales themselves, where delegates know no data by name; else null.</param>
    public PteTensor Named(string name, string? scales, IReadOnlyList<int> shape, float[]? values = null)
    {
        var tensor = new PteTensor(PteType.Float32, [.. shape], PteTensorKind.Named)
        {
            Name = name,
            Scales = scales,
            ScaleValues = values,
        };
        method.PlaceOf(new PteValue.Tensor(tensor));
        return tensor;
    }

    /// <summary>A tensor in planned memory.</summary>
    public PteTensor Temporary(PteType type, IReadOnlyList<int> shape) => New(type, PteTensorKind.Temporary, shape);

    private static int[] Broadcast(IReadOnlyList<int> a, IReadOnlyList<int> b)
    {
        var rank = Math.Max(a.Count, b.Count);
        var shape = new int[rank];
        for (var axis = 0; axis < rank; axis++)
        {
            var left = axis - (rank - a.Count) is >= 0 and var i ? a[i] : 1;
            var right = axis - (rank - b.Count) is >= 0 and var j ? b[j] : 1;
            shape[axis] =
                left == right || right == 1 ? left
                : left == 1 ? right
                : throw new ArgumentException($"Shapes [{string.Join(", ", a)}] and [{string.Join(", ", b)}] do not go together.");
        }

        return shape;
    }

    private PteTensor Binary(string operation, PteTensor a, PteTensor b, params IReadOnlyList<int> more) =>
        Call(
            operation,
            "out",
            Temporary(a.Type == PteType.Float32 || b.Type == PteType.Float32 ? PteType.Float32 : a.Type, Broadcast(a.Shape, b.Shape)),
            [Of(a), Of(b), .. more]
        );

    /// <summary>The result is an argument twice: as the place to write, and as what the kernel returns.</summary>
    private PteTensor Call(string operation, string overload, PteTensor result, params IReadOnlyList<int> arguments)
    {
        method.Instructions.Add(new PteInstruction(method.OperatorOf(operation, overload), -1, [.. arguments, Of(result), Of(result)]));
        return result;
    }

    private PteTensor Like(PteTensor a) => Temporary(a.Type, a.Shape);

    private PteTensor New(PteType type, PteTensorKind kind, IReadOnlyList<int> shape)
    {
        var tensor = new PteTensor(type, [.. shape], kind);
        method.PlaceOf(new PteValue.Tensor(tensor));
        return tensor;
    }

    private int Of(PteTensor tensor) => tensor.Place;

    private int Int(long number) => method.PlaceOf(new PteValue.Int(number));

    private int Flag(bool flag) => method.PlaceOf(new PteValue.Bool(flag));

    private int None() => method.PlaceOf(new PteValue.Null());

    private int Ints(IReadOnlyList<int> numbers) => method.PlaceOf(new PteValue.IntList([.. numbers.Select(number => Int(number))]));
}
