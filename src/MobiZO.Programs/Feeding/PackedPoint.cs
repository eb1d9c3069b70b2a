namespace MobiZO.Programs.Feeding;

/// <summary>A place of a packed row where something is asked.</summary>
/// <param name="Token">Index among the tokens behind the prompt; -1: the last prompt token predicts here.</param>
/// <param name="Candidates">Token ids that are asked for here, each once.</param>
public sealed record PackedPoint(int Token, IReadOnlyList<int> Candidates);
