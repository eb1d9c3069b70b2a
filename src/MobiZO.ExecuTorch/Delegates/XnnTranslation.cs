using MobiZO.ExecuTorch.Format;

namespace MobiZO.ExecuTorch.Delegates;

/// <summary>Which kernels XNNPACK computes too, and as which nodes. A kernel's result stands twice at the end of its arguments.</summary>
/// <param name="method">The method that holds the kernels.</param>
/// <param name="target">The oldest release that must load the file: what its delegate lacks stays a kernel.</param>
/// <param name="named">Makes a named row [1, count] whose values are all one number.</param>
internal sealed class XnnTranslation(PteMethod method, TargetRuntime target, Func<int, float, PteTensor> named)
{
    private const int MostConcatenated = 4;

    private static readonly Dictionary<string, XnnKind> s_unary = new(StringComparer.Ordinal)
    {
        [Kernels.Sigmoid] = XnnKind.Sigmoid,
        [Kernels.Tanh] = XnnKind.Tanh,
        [Kernels.InverseRoot] = XnnKind.ReciprocalSquareRoot,
        [Kernels.Gelu] = XnnKind.Gelu,
        [Kernels.Softmax] = XnnKind.Softmax,
    };

    private static readonly Dictionary<string, XnnKind> s_binary = new(StringComparer.Ordinal)
    {
        [Kernels.Add] = XnnKind.Add,
        [Kernels.Subtract] = XnnKind.Subtract,
        [Kernels.Multiply] = XnnKind.Multiply,
        [Kernels.Divide] = XnnKind.Div,
        [Kernels.BatchMatMul] = XnnKind.BatchMatrixMultiply,
        [Kernels.MatMul] = XnnKind.BatchMatrixMultiply,
    };

    /// <summary>Whether XNNPACK has the kernel for its tensors.</summary>
    public bool Has(PteInstruction call) =>
        call.Operator >= 0
        && NameOf(call) is var name
        && IsInTarget(name)
        && (
            s_unary.ContainsKey(name)
            || s_binary.ContainsKey(name)
            || name is Kernels.Relu or Kernels.View or Kernels.Permute or Kernels.Slice or Kernels.Mean or Kernels.Linear
            || (name == Kernels.Concatenate && ReadBy(call).Count() <= MostConcatenated)
        )
        && TensorsOf(call).All(tensor => tensor is { Type: PteType.Float32, Count: > 0, Shape.Count: > 0 and <= XnnSubgraph.MostAxes })
        && MadeBy(call).Kind != PteTensorKind.State;

    /// <summary>Whether the kernel is worth a delegate of its own: it does more than go over its values once.</summary>
    public bool IsHeavy(PteInstruction call) => NameOf(call) is Kernels.Linear or Kernels.BatchMatMul or Kernels.MatMul or Kernels.Softmax;

    /// <summary>The tensors that a kernel reads.</summary>
    public IEnumerable<PteTensor> ReadBy(PteInstruction call) => TensorsOf(call).SkipLast(1);

    /// <summary>The tensor that a kernel makes.</summary>
    public PteTensor MadeBy(PteInstruction call) => TensorsOf(call).Last();

    private IEnumerable<PteTensor> TensorsOf(PteInstruction call) => call.Arguments.SkipLast(1).SelectMany(method.TensorsAt);

    /// <summary>Adds a kernel to a subgraph.</summary>
    public void Add(XnnSubgraph graph, PteInstruction call)
    {
        PteTensor[] x = [.. TensorsOf(call)];
        var (name, result) = (NameOf(call), x[^1]);
        if (s_unary.TryGetValue(name, out var unary))
        {
            graph.Unary(unary, x[0], result);
        }
        else if (s_binary.TryGetValue(name, out var binary))
        {
            graph.Binary(binary, x[0], x[1], result);
        }
        else
        {
            AddOther(graph, name, call, x, result);
        }
    }

    private void AddOther(XnnSubgraph graph, string name, PteInstruction call, PteTensor[] x, PteTensor result)
    {
        switch (name)
        {
            case Kernels.Linear:
                graph.FullyConnected(x[0], x[1], x.Length > 3 ? x[2] : null, result);
                break;
            case Kernels.Mean:
                // A mean is a product with a row of equal numbers.
                var count = x[0].Shape[^1];
                graph.FullyConnected(x[0], named(count, 1f / count), null, result);
                break;
            case Kernels.Relu:
                graph.Relu(x[0], result);
                break;
            case Kernels.View:
                graph.Reshape(x[0], result);
                break;
            case Kernels.Permute:
                graph.Transpose(x[0], method.NumbersAt(call.Arguments[1]), result);
                break;
            case Kernels.Slice:
                var starts = new int[x[0].Shape.Count];
                starts[method.NumberAt(call.Arguments[1])] = method.NumberAt(call.Arguments[2]);
                graph.Slice(x[0], starts, result);
                break;
            default:
                graph.Concatenate(method.NumberAt(call.Arguments[1]), x[..^1], result);
                break;
        }
    }

    private bool IsInTarget(string name) =>
        name switch
        {
            Kernels.InverseRoot => target.HasReciprocalRoot,
            Kernels.Gelu or Kernels.Tanh => target.HasGeluAndTanh,
            _ => true,
        };

    private string NameOf(PteInstruction call) => call.Operator < 0 ? "" : method.Operators[call.Operator].Name;
}
