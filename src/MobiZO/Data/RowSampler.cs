using System.Globalization;

namespace MobiZO.Data;

/// <summary>Chooses and splits rows by the seed alone: the same rows and options give the same samples everywhere.</summary>
internal sealed class RowSampler
{
    // Streams keep the draws of different purposes apart; ExampleOrder uses the epochs below them.
    private const ulong BalanceStream = 1UL << 63;
    private const ulong SplitStream = 1UL << 62;
    private const ulong DrawStream = 1UL << 61;

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
        if (_labels is null && (options.Balanced || options.EvalBalanced || options.FewShot is not null))
        {
            throw new DataException(
                "DataOptions.Balanced, DataOptions.EvalBalanced and DataOptions.FewShot need rows with labels: name their column "
                    + "(DataOptions.LabelColumn), or leave these out."
            );
        }
    }

    /// <summary>
    /// Chooses the rows to use. With <see cref="DataOptions.FewShot"/> every label gets that many. With
    /// <see cref="DataOptions.Balanced"/> every label gets the same number of rows, as many as its rarest label has and
    /// <see cref="DataOptions.MaxRows"/> allows. Without it <see cref="DataOptions.MaxRows"/> rows are drawn, and labels keep
    /// their shares of the file: the head of a file that is sorted by label has one label only.
    /// </summary>
    /// <returns>The chosen rows, in file order.</returns>
    /// <exception cref="DataException">A label is unknown, or has no row in a balanced sample.</exception>
    public IReadOnlyList<DataRow> Choose(IReadOnlyList<DataRow> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return Train(rows, _options.MaxRows);
    }

    /// <summary>
    /// Chooses the rows to use and holds out <see cref="DataOptions.EvalFraction"/> of them, the same share of every label (rounded for
    /// each label). <see cref="DataOptions.Balanced"/> is about the training rows: the rows held out keep the shares of the file unless
    /// <see cref="DataOptions.EvalBalanced"/> says otherwise.
    /// </summary>
    /// <exception cref="DataException">A label is unknown or has no row in a balanced sample, or one side would be empty.</exception>
    public DataSplit Split(IReadOnlyList<DataRow> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (_options.EvalFraction == 0)
        {
            return new DataSplit(Choose(rows), []);
        }

        return _options.FewShot is null && _options.Balanced == _options.EvalBalanced ? HoldOut(Choose(rows)) : HoldOutFirst(rows);
    }

    /// <summary>Splits rows that are chosen.</summary>
    private DataSplit HoldOut(IReadOnlyList<DataRow> rows)
    {
        var held = new HashSet<int>();
        foreach ((List<int> group, int label) in GroupByLabel(rows).Select((group, label) => (group, label)))
        {
            int share = (int)Math.Round(_options.EvalFraction * group.Count, MidpointRounding.AwayFromZero);
            held.UnionWith(Shuffle(group, SplitStream + (ulong)label).Take(share));
        }

        RequireBothSides(rows, rows.Count, held.Count);
        return new DataSplit(Pick(rows, Enumerable.Range(0, rows.Count).Where(index => !held.Contains(index))), Pick(rows, held));
    }

    /// <summary>Holds out rows of the file, then chooses from what is left: the two sides have shares of their own.</summary>
    private DataSplit HoldOutFirst(IReadOnlyList<DataRow> rows)
    {
        int all = Math.Min(rows.Count, _options.MaxRows ?? rows.Count);
        int count = (int)Math.Round(_options.EvalFraction * all, MidpointRounding.AwayFromZero);
        RequireBothSides(rows, all, count);
        IReadOnlyList<DataRow> held = Draw(rows, count, _options.EvalBalanced, SplitStream, isFirst: false);
        DataRow[] rest = [.. rows.Except(held, ReferenceEqualityComparer.Instance).Cast<DataRow>()];
        return new DataSplit(Train(rest, all - count), held);
    }

    /// <summary>The rows to train on.</summary>
    private IReadOnlyList<DataRow> Train(IReadOnlyList<DataRow> rows, int? most) =>
        _options.FewShot is { } each
            ? FewOf(rows, each)
            : Draw(rows, most, _options.Balanced, _options.Balanced ? BalanceStream : DrawStream, _options.FirstRows);

    private DataRow[] FewOf(IReadOnlyList<DataRow> rows, int each)
    {
        List<int>[] groups = GroupByLabel(rows);
        int scarce = Array.FindIndex(groups, group => group.Count < each);
        return scarce < 0
            ? Pick(rows, groups.SelectMany((group, label) => Shuffle(group, BalanceStream + (ulong)label).Take(each)))
            : throw new DataException(
                PlaceOf(rows),
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{groups[scarce].Count} rows for the choice {DataException.Quote(_labels!.Words[scarce])}"
                ),
                string.Create(CultureInfo.InvariantCulture, $"at least {each} of every label"),
                "Add rows, or ask for fewer of each label (DataOptions.FewShot)."
            );
    }

    private IReadOnlyList<DataRow> Draw(IReadOnlyList<DataRow> rows, int? most, bool isBalanced, ulong stream, bool isFirst)
    {
        if (!isBalanced && !(most < rows.Count))
        {
            return rows;
        }

        if (!isBalanced && isFirst)
        {
            return [.. rows.Take(most!.Value)];
        }

        List<int>[] groups = GroupByLabel(rows);
        int[] counts = isBalanced
            ? [.. Enumerable.Repeat(EachOf(rows, groups, most), groups.Length)]
            : SharesOf([.. groups.Select(group => group.Count)], most!.Value);
        return Pick(rows, groups.SelectMany((group, label) => Order(group, stream + (ulong)label, isFirst).Take(counts[label])));
    }

    /// <summary>Rows of each label in a balanced sample.</summary>
    private int EachOf(IReadOnlyList<DataRow> rows, List<int>[] groups, int? most)
    {
        int each = Math.Min(groups.Min(group => group.Count), (most ?? int.MaxValue) / groups.Length);
        if (each > 0)
        {
            return each;
        }

        int missing = Array.FindIndex(groups, group => group.Count == 0);
        string found =
            missing >= 0
                ? $"no row for the choice {DataException.Quote(_labels!.Words[missing])}"
                : string.Create(CultureInfo.InvariantCulture, $"at most {most} rows for {groups.Length} labels");
        throw new DataException(
            PlaceOf(rows),
            found,
            "at least one row for every label in a balanced sample",
            "Add rows, allow more of them, or do not balance them."
        );
    }

    /// <summary>
    /// Parts of <paramref name="most"/> in the proportion of <paramref name="counts"/>: each its whole part, and what is left to the
    /// largest fractions; among equal ones to the rarest.
    /// </summary>
    private static int[] SharesOf(int[] counts, int most)
    {
        long all = counts.Sum(count => (long)count);
        int[] shares = [.. counts.Select(count => (int)((long)count * most / all))];
        IEnumerable<int> next = Enumerable
            .Range(0, counts.Length)
            .OrderByDescending(label => (long)counts[label] * most % all)
            .ThenBy(label => counts[label])
            .Take(most - shares.Sum());
        foreach (int label in next)
        {
            shares[label]++;
        }

        return shares;
    }

    private void RequireBothSides(IReadOnlyList<DataRow> rows, int count, int held)
    {
        if (held == 0 || held == count)
        {
            throw new DataException(
                PlaceOf(rows),
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{count} rows, of which EvalFraction {_options.EvalFraction} holds out {held}"
                ),
                "rows on both sides of the split",
                "Use more rows, another EvalFraction, or a file of its own for evaluation."
            );
        }
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

    private IEnumerable<int> Order(List<int> indices, ulong stream, bool isFirst) => isFirst ? indices : Shuffle(indices, stream);

    private IEnumerable<int> Shuffle(List<int> indices, ulong stream) =>
        KeyedDraw.Permutation(indices.Count, _options.Seed, stream).Select(position => indices[position]);

    private static DataPlace PlaceOf(IReadOnlyList<DataRow> rows) => new(rows.Count > 0 ? rows[0].File : "data");

    private static DataRow[] Pick(IReadOnlyList<DataRow> rows, IEnumerable<int> indices) =>
        [.. indices.Order().Select(index => rows[index])];
}
