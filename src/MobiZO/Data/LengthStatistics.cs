namespace MobiZO.Data;

/// <summary>Lengths of examples in tokens.</summary>
/// <param name="Min">Shortest.</param>
/// <param name="Median">Half of the examples are at most this long (nearest rank).</param>
/// <param name="Percentile95">95 % of the examples are at most this long (nearest rank).</param>
/// <param name="Max">Longest.</param>
public sealed record LengthStatistics(int Min, int Median, int Percentile95, int Max)
{
    internal static LengthStatistics Of(IEnumerable<int> lengths)
    {
        int[] sorted = [.. lengths.Order()];
        return new LengthStatistics(sorted[0], AtRank(sorted, 50), AtRank(sorted, 95), sorted[^1]);
    }

    private static int AtRank(int[] sorted, long percent) => sorted[((percent * sorted.Length) + 99) / 100 - 1];
}
