using System.Globalization;

namespace MobiZO.Data;

/// <summary>Finds the position of a label in the list of answer words.</summary>
internal sealed class LabelMap
{
    private readonly Dictionary<string, int> _positions;
    private readonly bool _integersArePositions;

    private LabelMap(string[] words, Dictionary<string, int> positions, bool integersArePositions)
    {
        Words = words;
        _positions = positions;
        _integersArePositions = integersArePositions;
    }

    /// <summary>The answer words; a label is a position in this list.</summary>
    public IReadOnlyList<string> Words { get; }

    /// <summary>What the words are called in results: themselves, but codes of letters by the labels that they stand for.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>The map of valid options, or null when they name no labels.</summary>
    public static LabelMap? Create(DataOptions options)
    {
        if (options.LabelWords is { } labelWords)
        {
            string[] words = [.. labelWords.Select(word => word.Word).Distinct(StringComparer.Ordinal)];
            Dictionary<string, int> positions = labelWords.ToDictionary(
                word => word.Label.Trim(),
                word => Array.IndexOf(words, word.Word),
                StringComparer.Ordinal
            );
            return new LabelMap(words, positions, integersArePositions: false)
            {
                Names = [.. words.Select(word => NameOf(word, [.. labelWords.Where(pair => pair.Word == word)]))],
            };
        }

        if (options.Choices is { } choices)
        {
            Dictionary<string, int> positions = Enumerable
                .Range(0, choices.Count)
                .ToDictionary(i => choices[i].Trim(), StringComparer.Ordinal);
            return new LabelMap([.. choices], positions, integersArePositions: true) { Names = [.. choices] };
        }

        return null;
    }

    /// <summary>Reads plain decimal digits; "+1", "1.0" and " 01" are not positions.</summary>
    public static bool TryReadPosition(string label, out int position)
    {
        string digits = label.Trim();
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out position)
            && digits == position.ToString(CultureInfo.InvariantCulture);
    }

    private static string NameOf(string word, LabelWord[] pairs) =>
        pairs.All(pair => pair.IsLetter) ? string.Join(", ", pairs.Select(pair => pair.Label.Trim())) : word;

    /// <summary>The position of a row's label.</summary>
    /// <exception cref="DataException">The column is missing, or the label is unknown.</exception>
    public int PositionOf(DataRow row, string column)
    {
        string label = row[column];
        if (_integersArePositions && TryReadPosition(label, out int position) && position < Words.Count)
        {
            return position;
        }

        if (_positions.TryGetValue(label.Trim(), out int known))
        {
            return known;
        }

        string labels = string.Join(", ", _positions.Keys.Select(DataException.Quote));
        string integers = _integersArePositions
            ? string.Create(CultureInfo.InvariantCulture, $"an integer from 0 to {Words.Count - 1} or ")
            : "";
        throw new DataException(
            row.Place,
            $"the label {DataException.Quote(label)} in column {DataException.Quote(column)}",
            $"{integers}one of {labels}",
            "Correct the row, or give every label its word with LabelWords (for example 'ham= no,spam= yes')."
        );
    }
}
