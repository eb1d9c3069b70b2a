using MobiZO.Programs.Building;
using MobiZO.Programs.ReverseOps;

namespace MobiZO.Programs.Differentiating;

/// <summary>
/// The exact gradient as more operations of the same program: from the loss back, every operation by its rule. Only values between the
/// wanted ones and the loss are looked at: what no wanted value changes is a constant, however much of the model that is.
/// </summary>
public static class Differentiation
{
    /// <summary>Adds the operations that compute gradients of a loss to the program that is being built.</summary>
    /// <param name="builder">Holds everything that the loss is computed with.</param>
    /// <param name="loss">A value [1].</param>
    /// <param name="of">Values of the program, usually inputs.</param>
    /// <returns>For every wanted value its gradient, of its shape; of a value x that one operation reads it is called x.gradient.</returns>
    /// <exception cref="ProgramException">
    /// An operation on the way has no rule, or the loss does not depend on a wanted value.
    /// </exception>
    public static IReadOnlyList<Value> Add(ProgramBuilder builder, Value loss, params IReadOnlyList<Value> of)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(loss);
        if (loss.Shape != new Shape(1))
        {
            throw new ProgramException($"A gradient is of one number; {loss} was given.");
        }

        ProgramNode[] nodes = [.. builder.Nodes];
        return Back(builder, nodes, loss, builder.Add($"{loss.Name}.gradient", new One()), of);
    }

    /// <summary>The way back through some operations, from a value whose gradient is known.</summary>
    /// <param name="builder">Gets the operations of the way back.</param>
    /// <param name="nodes">The operations between the wanted values and the known one, in the order they run.</param>
    /// <param name="value">The value whose gradient is known.</param>
    /// <param name="gradient">Its gradient.</param>
    /// <param name="of">Wanted values.</param>
    /// <exception cref="ProgramException">As of <see cref="Add"/>.</exception>
    internal static IReadOnlyList<Value> Back(
        ProgramBuilder builder,
        IReadOnlyList<ProgramNode> nodes,
        Value value,
        Value gradient,
        params IReadOnlyList<Value> of
    )
    {
        var pass = new ReversePass(builder, nodes, of);
        pass.Give(value, gradient);
        foreach (var node in nodes.Reverse().Where(pass.IsOnTheWay))
        {
            var reversed = new ReversedNode(pass, node);
            ReverseRules.Apply(reversed);
            reversed.RequireAll();
        }

        return [.. of.Select(wanted => pass.Find(wanted) ?? throw new ProgramException($"The loss does not depend on {wanted}."))];
    }
}
