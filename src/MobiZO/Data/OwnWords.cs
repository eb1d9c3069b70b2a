using System.Globalization;

namespace MobiZO.Data;

/// <summary>Decides the words of labels that the options leave open: those of a file, or the labels themselves.</summary>
internal static class OwnWords
{
    // A column with more different values is a text or a number, and no label.
    private const int MostLabels = 1000;

    /// <summary>The options with words for every label of the rows; unchanged where words are given, or rows have no label.</summary>
    /// <param name="options">How rows become examples.</param>
    /// <param name="rows">The rows that say which labels there are; at least one.</param>
    /// <param name="isOneToken">Whether a word behind a text is one token; asked for letters alone.</param>
    /// <exception cref="DataException">The file of words is broken, or the labels are too few or too many to be told apart.</exception>
    public static DataOptions Decide(DataOptions options, IReadOnlyList<DataRow> rows, Func<string, bool>? isOneToken = null)
    {
        if (LabelWord.AreLetters(options.LabelWords))
        {
            return options with
            {
                LabelWords = LetterWords.Of(LabelsOf(options, rows), SpaceOf(options), isOneToken ?? (_ => true), rows[0].File),
            };
        }

        if (options.LabelWordsFile is { } file)
        {
            return options with { LabelWords = LabelWord.ReadFile(file), LabelWordsFile = null };
        }

        if (!AreLabels(options, rows[0]))
        {
            RequireNoOther(options, rows[0]);
            return options;
        }

        string[] labels = LabelsOf(options, rows);
        string space = SpaceOf(options);
        string[] words = [.. labels.Select(label => space + label.Replace('_', ' ').Trim())];

        // Labels that differ in their underscores alone keep them.
        var areTold = words.Distinct(StringComparer.Ordinal).Count() == words.Length && !words.Any(string.IsNullOrWhiteSpace);
        return options with { LabelWords = [.. labels.Select((label, i) => new LabelWord(label, areTold ? words[i] : space + label))] };
    }

    /// <summary>What stands between a prompt and a word.</summary>
    private static string SpaceOf(DataOptions options) =>
        options.Template is { Length: > 0 } template && char.IsWhiteSpace(template[^1]) ? "" : " ";

    private static string[] LabelsOf(DataOptions options, IReadOnlyList<DataRow> rows)
    {
        string[] labels =
        [
            .. rows.Select(row => row[options.LabelColumn].Trim()).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
        ];
        if (labels.Length is < 2 or > MostLabels || labels.Any(label => label.Length == 0))
        {
            throw new DataException(
                new DataPlace(rows[0].File),
                labels.Any(label => label.Length == 0)
                    ? $"an empty label in the column {DataException.Quote(options.LabelColumn)}"
                    : string.Create(
                        CultureInfo.InvariantCulture,
                        $"{labels.Length} different labels in the column {DataException.Quote(options.LabelColumn)} of {rows.Count} rows"
                    ),
                string.Create(CultureInfo.InvariantCulture, $"from 2 to {MostLabels} labels, each a word"),
                "Name the column of the labels, or give the words (for example 'ham= no,spam= yes'); DataOptions.Shape = Text learns texts alone."
            );
        }

        return labels;
    }

    /// <summary>A column of labels that is named wrongly would make a row of labels a plain text.</summary>
    private static void RequireNoOther(DataOptions options, DataRow row)
    {
        if (options.Shape is not null || options is not { Choices: null, LabelWords: null } || row.Find(options.LabelColumn) is not null)
        {
            return;
        }

        var isNamed = options.LabelColumn != new DataOptions().LabelColumn;
        var like = row.Columns.FirstOrDefault(column => string.Equals(column, options.LabelColumn, StringComparison.OrdinalIgnoreCase));
        if (isNamed || (like is not null && row.Find(options.TextColumn) is not null))
        {
            throw new DataException(
                row.Place,
                row.DescribeColumns(),
                $"a column {DataException.Quote(options.LabelColumn)} of labels",
                row.Advise("Name the right one (DataOptions.LabelColumn), or use DataOptions.Shape = Text to learn the texts alone.")
            );
        }
    }

    /// <summary>Whether a row has a label and the options say nothing about its word.</summary>
    private static bool AreLabels(DataOptions options, DataRow row)
    {
        if (options is not { Choices: null, LabelWords: null, Shape: null or RowShape.Classification })
        {
            return false;
        }

        if (options.Shape == RowShape.Classification)
        {
            return true;
        }

        var isOther =
            new OwnChoices(options).AreIn(row)
            || row.Turns is not null
            || row.Find(options.CompletionColumn) is not null
            || Instructions.Are(row);
        return !isOther
            && row.Find(options.LabelColumn) is not null
            && (options.Template is not null || row.Find(options.TextColumn) is not null);
    }
}
