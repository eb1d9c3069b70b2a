namespace MobiZO.Data;

/// <summary>The rows of an epoch in which every label comes as often as the most frequent one.</summary>
internal static class BalancedDraws
{
    /// <summary>Indices of rows, those of rare labels several times; labels without rows are left out.</summary>
    /// <param name="labels">The label of every row; at least one.</param>
    public static int[] Of(IReadOnlyList<int> labels)
    {
        int[][] groups =
        [
            .. labels.Index().GroupBy(pair => pair.Item, pair => pair.Index).OrderBy(group => group.Key).Select(group => group.ToArray()),
        ];
        int most = groups.Max(group => group.Length);
        return [.. groups.SelectMany(group => Enumerable.Range(0, most).Select(draw => group[draw % group.Length]))];
    }
}
