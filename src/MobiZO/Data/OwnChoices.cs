using System.Globalization;
using System.Text.Json;

namespace MobiZO.Data;

/// <summary>
/// Reads what a row has to choose from: a list of answers and the right one, or an answer that was chosen and one that was rejected, each a
/// text or messages.
/// </summary>
internal sealed class OwnChoices(DataOptions options)
{
    /// <summary>Whether a row has choices of its own.</summary>
    public bool AreIn(DataRow row) => row.Find(options.ChoicesColumn) is not null || IsPreference(row);

    /// <summary>Whether a row has a chosen and a rejected answer.</summary>
    public bool IsPreference(DataRow row) => row.Find(options.ChosenColumn) is not null && row.Find(options.RejectedColumn) is not null;

    /// <summary>The answers of a row that are texts, and which of them is right.</summary>
    /// <exception cref="DataException">They are no list of at least two texts, or the right one is not among them.</exception>
    public (IReadOnlyList<string> Answers, int Right) Read(DataRow row)
    {
        if (row.Find(options.ChoicesColumn) is null && IsPreference(row))
        {
            return ([row[options.ChosenColumn], row[options.RejectedColumn]], 0);
        }

        var column = DataException.Quote(options.ChoicesColumn);
        var written = row[options.ChoicesColumn];
        string[]? texts = null;
        try
        {
            texts = JsonSerializer.Deserialize<string[]>(written);
        }
        catch (JsonException)
        {
            // What is no list of texts is told below.
        }

        if (texts is null || texts.Length < 2 || Array.Exists(texts, string.IsNullOrWhiteSpace))
        {
            throw new DataException(
                row.Place,
                $"{DataException.Quote(written)} in the column {column}",
                "a JSON array of at least 2 texts, such as [\"yes\", \"no\"]",
                "Write what the row can choose from as a list of texts."
            );
        }

        return (texts, RightOf(row, texts));
    }

    /// <summary>
    /// The messages of a row's chosen and rejected answer, each the whole conversation that ends in the answer; null: they are texts.
    /// </summary>
    /// <exception cref="DataException">The messages are broken, or differ before the answer.</exception>
    public (IReadOnlyList<ChatTurn> Before, ChatTurn Chosen, ChatTurn Rejected)? ReadTurns(DataRow row)
    {
        if (row.Find(options.ChoicesColumn) is not null || !IsPreference(row))
        {
            return null;
        }

        var prompt = row.Find(options.PromptColumn) is { } text && IsList(text) ? TurnsOf(row, options.PromptColumn) : null;
        var (areChosen, areRejected) = (IsList(row[options.ChosenColumn]), IsList(row[options.RejectedColumn]));
        if (!areChosen && !areRejected && prompt is null)
        {
            return null;
        }

        var chosen = Conversation(prompt, areChosen ? TurnsOf(row, options.ChosenColumn) : Said(row[options.ChosenColumn]));
        var rejected = Conversation(prompt, areRejected ? TurnsOf(row, options.RejectedColumn) : Said(row[options.RejectedColumn]));
        if (chosen.Count < 2 || rejected.Count < 2 || chosen[^1].Role != "assistant" || rejected[^1].Role != "assistant")
        {
            throw new DataException(
                row.Place,
                $"messages in {DataException.Quote(options.ChosenColumn)} or {DataException.Quote(options.RejectedColumn)} "
                    + "without a question before the answer, or with a last message that is not by 'assistant'",
                "messages that end with one by 'assistant', the answer",
                $"Write the messages before the answer there too, or as a list in {DataException.Quote(options.PromptColumn)}."
            );
        }

        return chosen.SkipLast(1).SequenceEqual(rejected.SkipLast(1))
            ? ([.. chosen.SkipLast(1)], chosen[^1], rejected[^1])
            : throw new DataException(
                row.Place,
                $"different messages before the answers in {DataException.Quote(options.ChosenColumn)} and "
                    + DataException.Quote(options.RejectedColumn),
                "the same conversation with two last messages",
                "Give both answers to the same messages, or remove the row."
            );
    }

    /// <summary>A text behind a prompt: with a space between them when neither has one.</summary>
    public static string Joined(string prompt, string answer) =>
        prompt.Length == 0 || char.IsWhiteSpace(prompt[^1]) || char.IsWhiteSpace(answer[0]) ? answer : " " + answer;

    private static IReadOnlyList<ChatTurn> Said(string answer) => [new ChatTurn("assistant", answer)];

    private static IReadOnlyList<ChatTurn> Conversation(IReadOnlyList<ChatTurn>? prompt, IReadOnlyList<ChatTurn> answer) =>
        prompt is null || answer.Take(prompt.Count).SequenceEqual(prompt) ? answer : [.. prompt, .. answer];

    private static bool IsList(string text) => text.AsSpan().TrimStart() is ['[', .. var inner] && inner.TrimStart() is ['{', ..];

    private static List<ChatTurn> TurnsOf(DataRow row, string column)
    {
        var written = row[column];
        try
        {
            using var document = JsonDocument.Parse(written);
            return
            [
                .. document
                    .RootElement.EnumerateArray()
                    .Select(message => new ChatTurn(
                        message.GetProperty("role").GetString() ?? throw new JsonException(),
                        message.GetProperty("content").GetString() ?? throw new JsonException()
                    )),
            ];
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new DataException(
                row.Place,
                $"{DataException.Quote(written)} in the column {DataException.Quote(column)}",
                "messages such as {\"role\": \"user\", \"content\": \"...\"} with text contents",
                "Write every message with a role and a text."
            );
        }
    }

    private int RightOf(DataRow row, string[] texts)
    {
        var column =
            row.Find(options.AnswerColumn) is null && row.Find(options.LabelColumn) is not null
                ? options.LabelColumn
                : options.AnswerColumn;
        var answer = row[column].Trim();
        var named = Array.FindIndex(texts, text => text.Trim() == answer);
        var position = LabelMap.TryReadPosition(answer, out var number) && number < texts.Length ? number : -1;
        if (named < 0 && position < 0)
        {
            throw new DataException(
                row.Place,
                $"the answer {DataException.Quote(answer)} in the column {DataException.Quote(column)}",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"one of the row's {texts.Length} choices, or its number from 0 to {texts.Length - 1}"
                ),
                "Correct the row."
            );
        }

        return named < 0 || position < 0 || named == position
            ? Math.Max(named, position)
            : throw new DataException(
                row.Place,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"the answer {DataException.Quote(answer)}, the text of choice {named} and the number of another"
                ),
                "an answer that means one choice",
                "Write the number of the right choice where it differs from every text, or other texts."
            );
    }
}
