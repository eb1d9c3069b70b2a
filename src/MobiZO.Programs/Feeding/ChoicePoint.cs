namespace MobiZO.Programs.Feeding;

/// <summary>A place of a row where words of a tree part, or where an answer token is predicted.</summary>
/// <param name="Offset">Tokens behind the last prompt token; 0: the last prompt token predicts here.</param>
/// <param name="Candidates">Token ids that words go on with here; empty: words do not part.</param>
/// <param name="Right">Index of the right one among them; 0 where there are none.</param>
/// <param name="Token">Token id of the answer here; null: it is not asked for.</param>
public sealed record ChoicePoint(int Offset, int[] Candidates, int Right, int? Token = null);
