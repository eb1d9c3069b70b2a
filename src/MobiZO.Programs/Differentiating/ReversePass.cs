using System.Globalization;
using MobiZO.Programs.Building;
using MobiZO.Programs.Ops;

namespace MobiZO.Programs.Differentiating;

/// <summary>The gradients that are known so far, on the way from the loss back.</summary>
internal sealed class ReversePass
{
    private readonly ProgramBuilder _builder;
    private readonly HashSet<string> _moving;
    private readonly Dictionary<string, Value> _gradients = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Value> _shared = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _names = new(StringComparer.Ordinal);

    public ReversePass(ProgramBuilder builder, IEnumerable<ProgramNode> nodes, IEnumerable<Value> wanted)
    {
        _builder = builder;
        _moving = wanted.Select(value => value.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var node in nodes.Where(node => node.Inputs.Any(IsMoving)))
        {
            _moving.UnionWith(node.Outputs.Select(output => output.Name));
        }
    }

    /// <summary>Whether a wanted value changes this one.</summary>
    public bool IsMoving(Value value) => _moving.Contains(value.Name);

    /// <summary>Whether a wanted value changes what the node makes, and the loss depends on it.</summary>
    public bool IsOnTheWay(ProgramNode node) => node.Inputs.Any(IsMoving) && node.Outputs.Any(output => Find(output) is not null);

    /// <summary>The gradient of a value, as far as it was given.</summary>
    public Value? Find(Value value) => _gradients.GetValueOrDefault(value.Name);

    /// <summary>Adds to the gradient of a value.</summary>
    public void Give(Value value, Value gradient) =>
        _gradients[value.Name] = Find(value) is { } known ? Add(value, new ResidualAdd(), known, gradient) : gradient;

    /// <summary>Adds an operation that makes something for the gradient of a value.</summary>
    public Value Add(Value value, Operation operation, params IReadOnlyList<Value> inputs) =>
        _builder.Add(NewName(value), operation, inputs);

    /// <summary>Adds an operation with a result for each of some values.</summary>
    public IReadOnlyList<Value> AddMany(IEnumerable<Value> values, Operation operation, params IReadOnlyList<Value> inputs) =>
        _builder.AddMany([.. values.Select(NewName)], operation, inputs);

    /// <summary>A value that several rules need, added once.</summary>
    public Value Shared(string name, Operation operation, params IReadOnlyList<Value> inputs)
    {
        if (!_shared.TryGetValue(name, out var value))
        {
            value = _builder.Add(name, operation, inputs);
            _shared.Add(name, value);
        }

        return value;
    }

    private string NewName(Value value)
    {
        var count = _names.GetValueOrDefault(value.Name);
        _names[value.Name] = count + 1;
        return count == 0 ? $"{value.Name}.gradient" : string.Create(CultureInfo.InvariantCulture, $"{value.Name}.gradient.{count}");
    }
}
