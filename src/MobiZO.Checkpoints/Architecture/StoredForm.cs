namespace MobiZO.Checkpoints.Architecture;

/// <summary>How a file holds a tensor, where that differs from what programs read.</summary>
public enum StoredForm
{
    /// <summary>As programs read it.</summary>
    AsRead,

    /// <summary>A matrix [in, out]; programs read [out, in].</summary>
    Transposed,

    /// <summary>Every value one less than programs read: the family computes with 1 + weight.</summary>
    LessOne,

    /// <summary>
    /// Rows of each head as pairs that are rotated together (2i, 2i + 1); programs read first halves, then second halves (i, i + width /
    /// 2).
    /// </summary>
    PairedRows,

    /// <summary>
    /// Rows of all queries, then of all keys, then of all values; programs read, for every key/value head, its query heads, its keys and
    /// its values.
    /// </summary>
    ConcatenatedRows,
}
