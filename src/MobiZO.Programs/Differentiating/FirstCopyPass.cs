using MobiZO.Programs.Building;
using MobiZO.Programs.Ops;
using MobiZO.Programs.ReverseOps;

namespace MobiZO.Programs.Differentiating;

/// <summary>
/// The way back through parts of a step for the answer rows of its first copy alone: the rules read those rows of what the step computed
/// for all copies, and nothing of the part is computed twice. What no rule reads falls away when the program is built.
/// </summary>
/// <param name="builder">Holds the step.</param>
/// <param name="copies">A value [P].</param>
/// <param name="answerRows">Rows [R] of the answers of all copies among the rows of hidden states.</param>
internal sealed class FirstCopyPass(ProgramBuilder builder, Value copies, Value answerRows)
{
    private readonly Dictionary<string, Value> _picked = new(StringComparer.Ordinal);

    // Extents that are the sum over the copies: copies, answers, decisions, scores of choices.
    private readonly Dimension[] _shared = [copies.Shape[0], answerRows.Shape[0], "D", "DK"];

    /// <summary>The answer rows [R/P] of the first copy.</summary>
    public Value Rows => Pick(answerRows);

    /// <summary>The gradient of what enters a part of the step, from the gradient of what it makes.</summary>
    /// <param name="from">What enters; the values between are of answer rows [R, ..] or of all rows of hidden states [N*S, ..].</param>
    /// <param name="to">What is made.</param>
    /// <param name="gradient">Its gradient, at the answer rows of the first copy; null: it is the loss.</param>
    public Value Back(Value from, Value to, Value? gradient = null)
    {
        if (from == to)
        {
            return gradient ?? throw new ProgramException($"{from} is a loss and no part of a step.");
        }

        ProgramNode[] nodes =
        [
            .. Between(from, to)
                .Select(node => node with { Inputs = [.. node.Inputs.Select(Pick)], Outputs = [.. node.Outputs.Select(Pick)] }),
        ];
        gradient ??= builder.Add($"{Pick(to).Name}.gradient", new One());
        return Differentiation.Back(builder, nodes, Pick(to), gradient, Pick(from))[0];
    }

    private List<ProgramNode> Between(Value from, Value to)
    {
        var needed = new HashSet<Value> { to };
        var nodes = new List<ProgramNode>();
        foreach (var node in builder.Nodes.Reverse().Where(node => node.Outputs.Any(needed.Contains) && !node.Outputs.Contains(from)))
        {
            needed.UnionWith(node.Inputs);
            nodes.Insert(0, node);
        }

        return nodes;
    }

    private Value Pick(Value value)
    {
        if (!_picked.TryGetValue(value.Name, out var picked))
        {
            int[] axes = [.. value.Shape.Dimensions.Index().Where(axis => _shared.Contains(axis.Item)).Select(axis => axis.Index)];
            var name = value.Name + ".first";
            picked =
                axes.Length > 0 ? builder.Add(name, new FirstCopy(axes), value, copies) : builder.Add(name, new GatherRows(), value, Rows);
            _picked.Add(value.Name, picked);
        }

        return picked;
    }
}
