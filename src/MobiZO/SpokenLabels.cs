namespace MobiZO;

/// <summary>Whether a model that ranks a label's word first also writes it by itself.</summary>
/// <param name="Said">Rows whose greedy answer begins with the word.</param>
/// <param name="Rows">Rows that were asked: a sample of those that the evaluation gets right.</param>
public sealed record SpokenLabels(int Said, int Rows);
