using MobiZO.Programs.Building;

namespace MobiZO.Programs;

/// <summary>Builds a program node by node; every node is checked by shape inference the moment it is added.</summary>
public sealed class ProgramBuilder
{
    private readonly List<Value> _inputs = [];
    private readonly List<Value> _outputs = [];
    private readonly List<ProgramNode> _nodes = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    /// <summary>What was added so far, in the order it runs.</summary>
    internal IReadOnlyList<ProgramNode> Nodes => _nodes;

    /// <summary>Declares an fp32 input.</summary>
    public Value Input(string name, params IReadOnlyList<Dimension> shape) =>
        AddInput(new Value(name, ElementType.Float32, new Shape(shape)));

    /// <summary>Declares an integer input.</summary>
    public Value IntegerInput(string name, params IReadOnlyList<Dimension> shape) =>
        AddInput(new Value(name, ElementType.Int64, new Shape(shape)));

    /// <summary>Adds an operation with one result.</summary>
    /// <exception cref="ProgramException">The operation does not accept these inputs.</exception>
    public Value Add(string name, Operation operation, params IReadOnlyList<Value> inputs)
    {
        var shapes = operation.InferShapes(inputs);
        return shapes.Count == 1
            ? AddNode(operation, inputs, [name], shapes)[0]
            : throw new ProgramException($"{operation.GetType().Name} has {shapes.Count} results; it was added as if it had one.");
    }

    /// <summary>Adds an operation with several results.</summary>
    /// <exception cref="ProgramException">The operation does not accept these inputs.</exception>
    public IReadOnlyList<Value> AddMany(IReadOnlyList<string> names, Operation operation, params IReadOnlyList<Value> inputs) =>
        AddNode(operation, inputs, names, operation.InferShapes(inputs));

    /// <summary>Makes a value an output of the program.</summary>
    public void Output(Value value) => _outputs.Add(value);

    /// <summary>Finishes the program.</summary>
    public Program Build(string name) => new(name, [.. _inputs], [.. _outputs], [.. _nodes]);

    /// <summary>Finishes the program without what no output needs: operations, and inputs that only they read.</summary>
    public Program BuildNeeded(string name)
    {
        var needed = new HashSet<Value>(_outputs);
        var nodes = new List<ProgramNode>();
        foreach (var node in Enumerable.Reverse(_nodes))
        {
            if (node.Outputs.Any(needed.Contains))
            {
                needed.UnionWith(node.Inputs);
                nodes.Insert(0, node);
            }
        }

        return new(name, [.. _inputs.Where(needed.Contains)], [.. _outputs], nodes);
    }

    private Value AddInput(Value value)
    {
        Claim(value.Name);
        _inputs.Add(value);
        return value;
    }

    private Value[] AddNode(Operation operation, IReadOnlyList<Value> inputs, IReadOnlyList<string> names, IReadOnlyList<Shape> shapes)
    {
        var outputs = new Value[shapes.Count];
        for (var i = 0; i < outputs.Length; i++)
        {
            Claim(names[i]);
            outputs[i] = new Value(names[i], operation.ResultType(inputs), shapes[i]);
        }

        _nodes.Add(new ProgramNode(operation, [.. inputs], outputs));
        return outputs;
    }

    private void Claim(string name)
    {
        if (!_names.Add(name))
        {
            throw new ProgramException($"Two values of the program are called '{name}'.");
        }
    }
}
