using MobiZO.Programs.Building;
using MobiZO.Programs.Engines;

namespace MobiZO.Programs;

/// <summary>An engine-neutral program: a small graph of decoder-level operations, in the order they run.</summary>
public sealed class Program
{
    internal Program(string name, IReadOnlyList<Value> inputs, IReadOnlyList<Value> outputs, IReadOnlyList<ProgramNode> nodes)
    {
        Name = name;
        Inputs = inputs;
        Outputs = outputs;
        Nodes = nodes;
        Weights = [.. nodes.SelectMany(node => node.Operation.Weights).Distinct()];
    }

    /// <summary>What the program is for, e.g. <c>step</c>.</summary>
    public string Name { get; }

    /// <summary>Values the host gives.</summary>
    public IReadOnlyList<Value> Inputs { get; }

    /// <summary>Values the host gets.</summary>
    public IReadOnlyList<Value> Outputs { get; }

    /// <summary>Operations in the order they run.</summary>
    public IReadOnlyList<ProgramNode> Nodes { get; }

    /// <summary>Frozen tensors of the checkpoint that the program reads, each once.</summary>
    public IReadOnlyList<Weight> Weights { get; }

    /// <summary>Checks given inputs against the declared ones and returns the extents of all symbols. Further inputs are ignored.</summary>
    /// <exception cref="ProgramException">An input is missing or of the wrong type or shape.</exception>
    public IReadOnlyDictionary<string, long> BindSymbols(IReadOnlyDictionary<string, HostTensor> given)
    {
        var symbols = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var input in Inputs)
        {
            if (!given.TryGetValue(input.Name, out var tensor))
            {
                throw new ProgramException($"Program '{Name}' needs the input {input}; it was not given.");
            }

            if (tensor.Type != input.Type || tensor.Shape.Count != input.Shape.Rank)
            {
                throw Mismatch(input, tensor);
            }

            for (var axis = 0; axis < input.Shape.Rank; axis++)
            {
                BindAxis(input, tensor, axis, symbols);
            }
        }

        return symbols;
    }

    private void BindAxis(Value input, HostTensor tensor, int axis, Dictionary<string, long> symbols)
    {
        var declared = input.Shape[axis];
        long actual = tensor.Shape[axis];
        if (declared.IsConstant)
        {
            if (declared.Factor != actual)
            {
                throw Mismatch(input, tensor);
            }

            return;
        }

        var symbol = declared.Symbols[0];
        if (!symbols.TryAdd(symbol, actual) && symbols[symbol] != actual)
        {
            throw new ProgramException(
                $"Program '{Name}', input {input}: axis {axis} is {actual}, but another input already fixed {symbol} = {symbols[symbol]}.");
        }
    }

    private ProgramException Mismatch(Value input, HostTensor tensor) =>
        new($"Program '{Name}' expects the input {input}; given was {tensor.Type} [{string.Join(", ", tensor.Shape)}].");
}
