using MobiZO.Programs.Building;
using MobiZO.Programs.Ops;

namespace MobiZO.Programs.Differentiating;

/// <summary>One operation on the way back: a rule reads the gradients of its results and gives those of its inputs.</summary>
internal sealed class ReversedNode(ReversePass pass, ProgramNode node)
{
    private readonly HashSet<int> _given = [];

    /// <summary>What was computed.</summary>
    public Operation Operation => node.Operation;

    /// <summary>What it read.</summary>
    public IReadOnlyList<Value> Inputs => node.Inputs;

    /// <summary>What it made.</summary>
    public IReadOnlyList<Value> Outputs => node.Outputs;

    /// <summary>The gradient of the result.</summary>
    public Value Gradient => GradientOf(0);

    /// <summary>The gradients of all results.</summary>
    public IReadOnlyList<Value> Gradients => [.. Enumerable.Range(0, Outputs.Count).Select(GradientOf)];

    /// <summary>Gives an input a gradient that is there already.</summary>
    public void Pass(int input, Value gradient)
    {
        _given.Add(input);
        if (pass.IsMoving(Inputs[input]))
        {
            pass.Give(Inputs[input], gradient);
        }
    }

    /// <summary>Gives an input the result of an operation, which is not added when the input is a constant.</summary>
    public void Give(int input, Operation operation, params IReadOnlyList<Value> inputs)
    {
        _given.Add(input);
        if (pass.IsMoving(Inputs[input]))
        {
            pass.Give(Inputs[input], pass.Add(Inputs[input], operation, inputs));
        }
    }

    /// <summary>Gives the first inputs the results of one operation.</summary>
    public void GiveFirst(int count, Operation operation, params IReadOnlyList<Value> inputs)
    {
        var gradients = pass.AddMany(Inputs.Take(count), operation, inputs);
        for (var i = 0; i < count; i++)
        {
            Pass(i, gradients[i]);
        }
    }

    /// <summary>A value that several rules need, added once.</summary>
    public Value Shared(string name, Operation operation, params IReadOnlyList<Value> inputs) => pass.Shared(name, operation, inputs);

    /// <summary>A rule that forgets an input would make a wrong gradient without a word.</summary>
    public void RequireAll()
    {
        for (var i = 0; i < Inputs.Count; i++)
        {
            if (pass.IsMoving(Inputs[i]) && !_given.Contains(i))
            {
                throw new ProgramException($"The rule of {Operation.GetType().Name} takes its input {Inputs[i]} as a constant.");
            }
        }
    }

    // A result that the loss does not read stands beside others that it does.
    private Value GradientOf(int output) => pass.Find(Outputs[output]) ?? pass.Add(Outputs[output], new Scale(0), Outputs[output]);
}
