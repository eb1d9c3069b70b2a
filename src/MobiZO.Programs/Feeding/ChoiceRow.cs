namespace MobiZO.Programs.Feeding;

/// <summary>A way through a tree of words, as one row behind a prompt.</summary>
/// <param name="Tokens">Token ids behind the prompt; may be none.</param>
/// <param name="Points">Places where something is predicted, in order; the first is at most at <c>Tokens.Length</c>.</param>
public sealed record ChoiceRow(int[] Tokens, IReadOnlyList<ChoicePoint> Points);
