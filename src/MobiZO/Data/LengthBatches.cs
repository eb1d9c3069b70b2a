namespace MobiZO.Data;

/// <summary>Cuts rows into batches of similar length, so that little is padding.</summary>
internal static class LengthBatches
{
    /// <summary>Batches from the shortest row to the longest.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="lengthOf">Length of a row.</param>
    /// <param name="fits">Whether a batch of so many rows, this one being its longest, is small enough; a single row always is.</param>
    public static IEnumerable<int[]> Of(IEnumerable<int> rows, Func<int, int> lengthOf, Func<int, int, bool> fits)
    {
        var batch = new List<int>();
        foreach (var row in rows.OrderBy(lengthOf))
        {
            if (batch.Count > 0 && !fits(batch.Count + 1, row))
            {
                yield return [.. batch];
                batch.Clear();
            }

            batch.Add(row);
        }

        if (batch.Count > 0)
        {
            yield return [.. batch];
        }
    }
}
