using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Quantization;

namespace MobiZO.Merging;

/// <summary>A matrix with what an adapter adds, written piece by piece of whole rows.</summary>
internal static class MergedRows
{
    private const int PieceElements = 1 << 22;

    /// <summary>Fills a span with numbers of the matrix, from an element on.</summary>
    public delegate void Reader(long start, Span<float> values);

    /// <summary>Writes all rows at the stream's place.</summary>
    /// <param name="product">What is added.</param>
    /// <param name="read">Reads the matrix.</param>
    /// <param name="type">How it is written; whole rows are whole blocks of it.</param>
    /// <param name="stream">Where to.</param>
    /// <param name="refusal">What to say of a value that the type cannot hold.</param>
    /// <exception cref="CheckpointException">There is such a value.</exception>
    public static void Write(LowRankProduct product, Reader read, GgufTensorType type, Stream stream, string refusal)
    {
        var rowsOfAPiece = Math.Max(1, PieceElements / product.Columns);
        for (var row = 0; row < product.Rows; row += rowsOfAPiece)
        {
            var values = new float[Math.Min(rowsOfAPiece, product.Rows - row) * product.Columns];
            read((long)row * product.Columns, values);
            product.AddTo(row, values);
            var bytes = new byte[StoredNumbers.BytesOf(type, values.Length)];
            if (!StoredNumbers.TryWrite(type, values, bytes))
            {
                throw new CheckpointException(refusal);
            }

            stream.Write(bytes);
        }
    }
}
