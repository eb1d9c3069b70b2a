namespace MobiZO.Data;

/// <summary>Rows for training and rows held out; no row is in both.</summary>
/// <param name="Train">Rows to train on, in file order.</param>
/// <param name="Eval">Rows to evaluate on, in file order; empty when nothing is held out.</param>
internal sealed record DataSplit(IReadOnlyList<DataRow> Train, IReadOnlyList<DataRow> Eval);
