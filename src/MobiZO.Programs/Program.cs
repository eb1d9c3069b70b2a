using MobiZO.Programs.Building;

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
}
