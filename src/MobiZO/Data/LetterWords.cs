using System.Globalization;

namespace MobiZO.Data;

/// <summary>Letters as words of labels: A to Z, then pairs of letters, as far as each is one token.</summary>
internal static class LetterWords
{
    /// <summary>Codes for labels, in the order of the labels.</summary>
    /// <param name="labels">The labels.</param>
    /// <param name="space">What stands between a prompt and a word.</param>
    /// <param name="isOneToken">Whether the tokenizer has a word as one token.</param>
    /// <param name="file">The file of the rows, for messages.</param>
    /// <exception cref="DataException">The tokenizer has fewer such codes than there are labels.</exception>
    public static IReadOnlyList<LabelWord> Of(IReadOnlyList<string> labels, string space, Func<string, bool> isOneToken, string file)
    {
        string[] codes = [.. Codes().Select(code => space + code).Where(isOneToken).Take(labels.Count)];
        return codes.Length == labels.Count
            ? [.. labels.Zip(codes, (label, code) => new LabelWord(label, code) { IsLetter = true })]
            : throw new DataException(
                new DataPlace(file),
                string.Create(CultureInfo.InvariantCulture, $"{labels.Count} different labels"),
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"at most {codes.Length}: so many letters and pairs of letters are single tokens of this tokenizer"
                ),
                "Leave DataOptions.LabelWords out, so that a label is its own word."
            );
    }

    private static IEnumerable<string> Codes()
    {
        string[] letters = [.. Enumerable.Range('A', 26).Select(letter => ((char)letter).ToString())];
        return letters.Concat(letters.SelectMany(_ => letters, (first, second) => first + second));
    }
}
