namespace MobiZO.Programs.Building;

/// <summary>One operation applied to values.</summary>
/// <param name="Operation">What is computed, with its attributes and weights.</param>
/// <param name="Inputs">Values it reads.</param>
/// <param name="Outputs">Values it makes.</param>
public sealed record ProgramNode(Operation Operation, IReadOnlyList<Value> Inputs, IReadOnlyList<Value> Outputs);
