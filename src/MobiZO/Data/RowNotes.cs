using System.Globalization;

namespace MobiZO.Data;

/// <summary>What the user should know of the rows that are used: what was cut, and labels from which little can be learned.</summary>
internal static class RowNotes
{
    // From here on a model that always says the same word looks good.
    private const double LopsidedShare = 0.8;

    /// <summary>The notes about some rows; empty when there is nothing to say.</summary>
    /// <param name="what">What the rows are for: "training" or "evaluation".</param>
    /// <param name="rows">The rows; null: none.</param>
    /// <param name="encoder">What encoded them.</param>
    /// <param name="areTexts">Whether the rows are plain texts, which have no answers beside them.</param>
    /// <param name="areWeighed">Whether labels count alike, however often they stand in the rows.</param>
    public static IEnumerable<string> Of(
        string what,
        DataSummary? rows,
        ExampleEncoder encoder,
        bool areTexts = false,
        bool areWeighed = false
    )
    {
        if (rows is null)
        {
            yield break;
        }

        if (rows.RowsCut > 0)
        {
            string cut = Say($"{rows.RowsCut} of {rows.RowsUsed} {what} rows were cut to {encoder.MaxLength} tokens");
            string answers = areTexts ? "" : " (their answers were not)";
            yield return encoder.IsLimitedByContext
                ? $"{cut}, the model's context{answers}. Shorten them if what was cut matters."
                : $"{cut}{answers}. Raise DataOptions.MaxLength if what was cut matters.";
        }

        if (rows is { Labels.Count: > 1, RowsUsed: > 1 } && OfLabels(what, rows, areWeighed) is { } labels)
        {
            yield return labels;
        }
    }

    private static string? OfLabels(string what, DataSummary rows, bool areWeighed)
    {
        bool isTraining = what == "training";
        LabelCount most = rows.Labels.MaxBy(label => label.Count)!;
        string word = DataException.Quote(most.Word);
        if (most.Count == rows.RowsUsed)
        {
            return Say($"All {rows.RowsUsed} {what} rows have the label word {word}: ")
                + (isTraining ? "a run can only learn to say it" : "saying it always is right")
                + ". Add rows of the other labels.";
        }

        if (most.Count > LopsidedShare * rows.RowsUsed && !areWeighed)
        {
            return Say($"{most.Count} of {rows.RowsUsed} {what} rows have the label word {word}: ")
                + (
                    isTraining
                        ? "a run may learn to say it always. Add rows of the other labels, or set FineTuneOptions.ClassWeights to "
                            + "Balanced, or set DataOptions.Balanced."
                        : "saying it always is right as often. Compare the accuracy with that, or add rows of the other labels."
                );
        }

        string[] missing = [.. rows.Labels.Where(label => label.Count == 0).Select(label => DataException.Quote(label.Word))];
        return missing.Length == 0
            ? null
            : Say($"None of the {rows.RowsUsed} {what} rows has the label word {string.Join(" or ", missing)}. ")
                + "Add rows of every label, or leave out the words that no row has.";
    }

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
