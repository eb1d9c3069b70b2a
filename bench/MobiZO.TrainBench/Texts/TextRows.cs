using System.Text.Json;

namespace MobiZO.TrainBench.Texts;

/// <summary>Rows of free text out of public data: what a run has to write is real, and no row is there twice.</summary>
internal static class TextRows
{
    private const int FewestWords = 8;

    /// <summary>Second halves of the text messages of the UCI SMS Spam Collection; those of fewer than eight words are left out.</summary>
    /// <param name="file">The collection: label, tab, message.</param>
    public static IEnumerable<TextRow> Halves(string file) =>
        File.ReadLines(file)
            .Select(line => line.Split('\t', 2)[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words.Length >= FewestWords)
            .Select(words => new TextRow(
                $"Message: {string.Join(' ', words[..(words.Length / 2)])}\nContinued:",
                $" {string.Join(' ', words[(words.Length / 2)..])}"
            ))
            .Distinct();

    /// <summary>Subjects of mails, one mail a subject, answers (Re:) left out.</summary>
    /// <param name="file">The mails of the quick start: JSON lines of subject and body.</param>
    public static IEnumerable<TextRow> Subjects(string file) =>
        File.ReadLines(file)
            .Select(line => JsonSerializer.Deserialize<Mail>(line, JsonSerializerOptions.Web)!)
            .Where(mail => mail.Subject.Length > 0 && !mail.Subject.StartsWith("Re:", StringComparison.OrdinalIgnoreCase))
            .DistinctBy(mail => mail.Subject)
            .Select(mail => new TextRow($"Mail: {mail.Body}\nSubject:", $" {mail.Subject}"));

    private sealed record Mail(string Subject, string Body);
}
