using System.Globalization;

namespace MobiZO.Data;

/// <summary>Chooses and splits rows by the seed alone: the same rows and options give the same samples everywhere.</summary>
internal sealed class RowSampler
{
    // Streams keep the draws of different purposes apart; ExampleOrder uses the epochs below them.
    private const ulong BalanceStream = 1UL << 63;
    private const ulong SplitStream = 1UL << 62;

    private readonly DataOptions _options;
    private readonly LabelMap? _labels;

    /// <summary>Creates a sampler.</summary>
    /// <exception cref="DataException">The options are wrong.</exception>
    public RowSampler(DataOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.ThrowIfInvalid();
        _options = options;
        _labels = LabelMap.Create(options);
    }

    /// <summary>
    /// Chooses the rows to use. With <see cref="DataOptions.Balanced"/> every label gets the same number of rows, as many as its rarest
    /// label has and <see cref="DataOptions.MaxRows"/> allows. Without it these are the first <see cref="DataOptions.MaxRows"/> rows.
    /// </summary>
    /// <returns>The chosen rows, in file order.</returns>
    /// <exception cref="DataException">A label is unknown, or has no row in a balanced sample.</exception>
    public IReadOnlyList<DataRow> Choose(IReadOnlyList<DataRow> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (!_options.Balanced)
        {
            return _options.MaxRows is int limit && limit < rows.Count ? [.. rows.Take(limit)] : rows;
        }

        List<int>[] groups = GroupByLabel(rows);
        int each = Math.Min(groups.Min(group => group.Count), (_options.MaxRows ?? int.MaxValue) / groups.Length);
        if (each == 0)
        {
            int missing = Array.FindIndex(groups, group => group.Count == 0);
            string found =
                missing >= 0
                    ? $"no row for the choice {DataException.Quote(_labels!.Words[missing])}"
                    : string.Create(CultureInfo.InvariantCulture, $"MaxRows {_options.MaxRows} for {groups.Length} labels");
            throw new DataException(
                PlaceOf(rows),
                found,
                "at least one row for every label in a balanced sample",
                "Add rows, raise MaxRows, or leave Balanced out."
            );
        }

        return Pick(rows, groups.SelectMany((group, label) => Shuffle(group, BalanceStream + (ulong)label).Take(each)));
    }

    /// <summary>
    /// Holds out <see cref="DataOptions.EvalFraction"/> of the rows, the same share of every label (rounded for each label).
    /// </summary>
    /// <exception cref="DataException">A label is unknown, or one side would be empty.</exception>
    public DataSplit Split(IReadOnlyList<DataRow> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (_options.EvalFraction == 0)
        {
            return new DataSplit(rows, []);
        }

        var held = new HashSet<int>();
        foreach ((List<int> group, int label) in GroupByLabel(rows).Select((group, label) => (group, label)))
        {
            int share = (int)Math.Round(_options.EvalFraction * group.Count, MidpointRounding.AwayFromZero);
            held.UnionWith(Shuffle(group, SplitStream + (ulong)label).Take(share));
        }

        if (held.Count == 0 || held.Count == rows.Count)
        {
            throw new DataException(
                PlaceOf(rows),
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{rows.Count} rows, of which EvalFraction {_options.EvalFraction} holds out {held.Count}"
                ),
                "rows on both sides of the split",
                "Use more rows, another EvalFraction, or a file of its own for evaluation."
            );
        }

        return new DataSplit(Pick(rows, Enumerable.Range(0, rows.Count).Where(index => !held.Contains(index))), Pick(rows, held));
    }

    private List<int>[] GroupByLabel(IReadOnlyList<DataRow> rows)
    {
        if (_labels is null)
        {
            return
            [
                [.. Enumerable.Range(0, rows.Count)],
            ];
        }

        List<int>[] groups = [.. _labels.Words.Select(_ => new List<int>())];
        for (int i = 0; i < rows.Count; i++)
        {
            groups[_labels.PositionOf(rows[i], _options.LabelColumn)].Add(i);
        }

        return groups;
    }

    private IEnumerable<int> Shuffle(List<int> indices, ulong stream) =>
        KeyedDraw.Permutation(indices.Count, _options.Seed, stream).Select(position => indices[position]);

    private static DataPlace PlaceOf(IReadOnlyList<DataRow> rows) => new(rows.Count > 0 ? rows[0].File : "data");

    private static DataRow[] Pick(IReadOnlyList<DataRow> rows, IEnumerable<int> indices) =>
        [.. indices.Order().Select(index => rows[index])];
}
