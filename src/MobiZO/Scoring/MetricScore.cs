using System.Text;

namespace MobiZO.Scoring;

/// <summary>Compares answers with those that the rows hold.</summary>
/// <param name="metric">How.</param>
internal sealed class MetricScore(TextMetric metric) : ITextScore
{
    public double[] Score(IReadOnlyList<WrittenAnswer> answers, CancellationToken cancellation) =>
        [.. answers.Select(answer => Of(metric, answer))];

    /// <summary>The metric of one answer against the right one that it is nearest to.</summary>
    /// <param name="metric">The metric.</param>
    /// <param name="answer">The answer.</param>
    /// <returns>From 0 to 1.</returns>
    public static double Of(TextMetric metric, WrittenAnswer answer) =>
        answer.Others.Append(answer.Expected).Max(expected => Of(metric, answer.Answer, expected));

    /// <summary>The metric of one answer.</summary>
    /// <param name="metric">The metric.</param>
    /// <param name="answer">What was written.</param>
    /// <param name="expected">What was to be written.</param>
    /// <returns>From 0 to 1.</returns>
    public static double Of(TextMetric metric, string answer, string expected) =>
        metric switch
        {
            TextMetric.RougeL => RougeL(RougeWords(answer), RougeWords(expected)),
            TextMetric.WordF1 => WordF1(SquadWords(answer), SquadWords(expected)),
            _ => SquadWords(answer).SequenceEqual(SquadWords(expected), StringComparer.Ordinal) ? 1 : 0,
        };

    private static double RougeL(string[] answer, string[] expected)
    {
        // The row of the table above and the one being filled.
        var (above, row) = (new int[expected.Length + 1], new int[expected.Length + 1]);
        foreach (var word in answer)
        {
            for (var i = 0; i < expected.Length; i++)
            {
                row[i + 1] = word == expected[i] ? above[i] + 1 : Math.Max(above[i + 1], row[i]);
            }

            (above, row) = (row, above);
        }

        return FMeasure(above[^1], answer.Length, expected.Length);
    }

    private static double WordF1(string[] answer, string[] expected)
    {
        if (answer.Length == 0 || expected.Length == 0)
        {
            return answer.Length == expected.Length ? 1 : 0;
        }

        var left = expected.CountBy(word => word, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        var common = 0;
        foreach (var word in answer)
        {
            if (left.TryGetValue(word, out var count) && count > 0)
            {
                left[word] = count - 1;
                common++;
            }
        }

        return FMeasure(common, answer.Length, expected.Length);
    }

    private static double FMeasure(int common, int answer, int expected) => common == 0 ? 0 : 2.0 * common / (answer + expected);

    private static string[] RougeWords(string text) =>
        Words(text, rune => rune.IsAscii && Rune.IsLetterOrDigit(rune) ? rune : new Rune(' '));

    private static string[] SquadWords(string text) =>
        [
            .. Words(text, rune => rune.IsAscii && (Rune.IsPunctuation(rune) || Rune.IsSymbol(rune)) ? null : rune)
                .Where(word => word is not ("a" or "an" or "the")),
        ];

    private static string[] Words(string text, Func<Rune, Rune?> map)
    {
        var mapped = new StringBuilder(text.Length);
        foreach (var rune in text.ToLowerInvariant().EnumerateRunes())
        {
            if (map(rune) is { } kept)
            {
                mapped.Append(kept.ToString());
            }
        }

        return mapped.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
    }
}
