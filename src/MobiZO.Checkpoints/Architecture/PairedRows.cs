namespace MobiZO.Checkpoints.Architecture;

/// <summary>The order of rows in <see cref="StoredForm.PairedRows"/>.</summary>
internal static class PairedRows
{
    /// <summary>The stored row that holds a row as programs read it.</summary>
    public static long Stored(long row, int headDimension)
    {
        (long head, long within) = Math.DivRem(row, headDimension);
        (long half, long pair) = Math.DivRem(within, headDimension / 2);
        return (head * headDimension) + (pair * 2) + half;
    }
}
