namespace MobiZO.Checkpoints.Architecture;

/// <summary>Where a GGUF file holds a row, for the forms that hold rows in another order than programs read them.</summary>
internal static class StoredRows
{
    /// <summary>Whether rows lie in another order.</summary>
    public static bool AreMoved(ModelTensor tensor) => tensor.GgufForm is StoredForm.PairedRows or StoredForm.ConcatenatedRows;

    /// <summary>The stored row that holds a row as programs read it.</summary>
    public static long Of(ModelTensor tensor, long row) =>
        tensor.GgufForm switch
        {
            StoredForm.PairedRows => Paired(row, tensor.RowsOfAHead),
            StoredForm.ConcatenatedRows => Concatenated(row, tensor),
            _ => row,
        };

    private static long Paired(long row, int headDimension)
    {
        (long head, long within) = Math.DivRem(row, headDimension);
        (long half, long pair) = Math.DivRem(within, headDimension / 2);
        return (head * headDimension) + (pair * 2) + half;
    }

    private static long Concatenated(long row, ModelTensor tensor)
    {
        (int width, long queries) = (tensor.RowsOfAHead, (long)tensor.QueryHeadsOfAGroup * tensor.RowsOfAHead);
        long groups = tensor.Shape[0] / (queries + (2 * width));
        (long group, long within) = Math.DivRem(row, queries + (2 * width));
        if (within < queries)
        {
            return (group * queries) + within;
        }

        // Behind all queries lie the keys of all groups, then their values.
        (long part, long place) = Math.DivRem(within - queries, width);
        return (groups * queries) + (((part * groups) + group) * width) + place;
    }
}
