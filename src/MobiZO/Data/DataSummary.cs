using System.Globalization;

namespace MobiZO.Data;

/// <summary>What became of a data file: a report for the user.</summary>
/// <param name="RowsRead">Rows read from the file.</param>
/// <param name="RowsUsed">Examples made of them.</param>
/// <param name="RowsCut">Examples that were cut to the maximal length.</param>
/// <param name="Lengths">Tokens an example, the longest answer included.</param>
/// <param name="Labels">Examples of each choice, in label order; empty when answers are free.</param>
public sealed record DataSummary(int RowsRead, int RowsUsed, int RowsCut, LengthStatistics Lengths, IReadOnlyList<LabelCount> Labels)
{
    /// <summary>Counts examples.</summary>
    /// <param name="rowsRead">Rows read from the file, before sampling.</param>
    /// <param name="examples">At least one example.</param>
    /// <param name="choices">The words of a classification (<see cref="ExampleEncoder.Names"/>).</param>
    internal static DataSummary Of(int rowsRead, IReadOnlyList<EncodedExample> examples, IReadOnlyList<string> choices)
    {
        ArgumentNullException.ThrowIfNull(examples);
        ArgumentNullException.ThrowIfNull(choices);
        ArgumentOutOfRangeException.ThrowIfZero(examples.Count, nameof(examples));
        return new DataSummary(
            rowsRead,
            examples.Count,
            examples.Count(example => example.WasTruncated),
            LengthStatistics.Of(examples.Select(example => example.Length)),
            [.. choices.Select((word, label) => new LabelCount(word, examples.Count(example => example.Label == label)))]
        );
    }

    /// <summary>One line for the user.</summary>
    public override string ToString()
    {
        string rows = Say($"{RowsRead} rows read, {RowsUsed} used, {RowsCut} cut");
        string lengths = Say($"; tokens min {Lengths.Min}, median {Lengths.Median}, p95 {Lengths.Percentile95}, max {Lengths.Max}");
        IEnumerable<string> counts = Labels.Select(label => Say($"{DataException.Quote(label.Word)} {label.Count}"));
        return rows + lengths + (Labels.Count == 0 ? "" : "; labels " + string.Join(", ", counts));
    }

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
