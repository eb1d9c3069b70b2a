using System.Globalization;

namespace MobiZO.TrainBench.Texts;

/// <summary>
/// Short sums in words with their way worked out, in the manner of GSM8K: the answer needs what the question says, not only its style.
/// The same seed gives the same rows on every machine.
/// </summary>
internal static class ReasoningRows
{
    private static readonly string[] s_names = ["Ann", "Ben", "Clara", "David", "Emma", "Frank", "Grace", "Hugo", "Ida", "Jonas"];

    private static readonly string[] s_things =
    [
        "apples",
        "books",
        "coins",
        "pencils",
        "stamps",
        "eggs",
        "cards",
        "shells",
        "tickets",
        "stones",
    ];

    private static readonly Func<Numbers, (string Question, string Way, int Result)>[] s_kinds =
    [
        n =>
            (
                $"{n.Name} has {n.A} {n.Thing}, buys {n.B} bags of {n.C} and gives away {n.D}. How many are left?",
                $"{n.B} * {n.C} = {n.B * n.C}. {n.A} + {n.B * n.C} = {n.A + (n.B * n.C)}. "
                    + $"{n.A + (n.B * n.C)} - {n.D} = {n.A + (n.B * n.C) - n.D}.",
                n.A + (n.B * n.C) - n.D
            ),
        n =>
            (
                $"{n.B} friends share {n.B * n.C} {n.Thing} equally. {n.Name} finds {n.D} more. How many does {n.Name} have?",
                $"{n.B * n.C} / {n.B} = {n.C}. {n.C} + {n.D} = {n.C + n.D}.",
                n.C + n.D
            ),
        n =>
            (
                $"{n.Name} reads {n.A} pages a day for {n.B} days and then {n.C} pages a day for {n.D} days. How many pages is that?",
                $"{n.A} * {n.B} = {n.A * n.B}. {n.C} * {n.D} = {n.C * n.D}. {n.A * n.B} + {n.C * n.D} = {(n.A * n.B) + (n.C * n.D)}.",
                (n.A * n.B) + (n.C * n.D)
            ),
        n =>
            (
                $"A box holds {n.A} {n.Thing}. {n.Name} fills {n.B} boxes and keeps {n.D} beside them. How many {n.Thing} are there?",
                $"{n.A} * {n.B} = {n.A * n.B}. {n.A * n.B} + {n.D} = {(n.A * n.B) + n.D}.",
                (n.A * n.B) + n.D
            ),
        n =>
            (
                $"{n.Name} earns {n.C} euros an hour and works {n.A} hours. A bike costs {(n.C * n.A) + n.D} euros. How much is missing?",
                $"{n.C} * {n.A} = {n.C * n.A}. {(n.C * n.A) + n.D} - {n.C * n.A} = {n.D}.",
                n.D
            ),
        n =>
            (
                $"{n.Name} is {n.A} years old and has a sister who is {n.C} years older. How old are both together in {n.D} years?",
                $"{n.A} + {n.C} = {n.A + n.C}. {n.A} + {n.A + n.C} = {n.A + n.A + n.C}. 2 * {n.D} = {2 * n.D}. "
                    + $"{n.A + n.A + n.C} + {2 * n.D} = {n.A + n.A + n.C + (2 * n.D)}.",
                n.A + n.A + n.C + (2 * n.D)
            ),
    ];

    /// <summary>Makes rows without end.</summary>
    /// <param name="seed">Chooses the numbers.</param>
    public static IEnumerable<TextRow> Endless(int seed)
    {
        // A seeded Random keeps its numbers from one version of .NET to the next.
        var random = new Random(seed);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (true)
        {
            var numbers = new Numbers(
                s_names[random.Next(s_names.Length)],
                s_things[random.Next(s_things.Length)],
                random.Next(10, 30),
                random.Next(2, 7),
                random.Next(3, 10),
                random.Next(2, 10)
            );
            var (question, way, result) = s_kinds[random.Next(s_kinds.Length)](numbers);
            if (seen.Add(question))
            {
                yield return new TextRow(
                    $"Question: {question}\nAnswer:",
                    string.Create(CultureInfo.InvariantCulture, $" {way} The answer is {result}.")
                );
            }
        }
    }

    private sealed record Numbers(string Name, string Thing, int A, int B, int C, int D);
}
