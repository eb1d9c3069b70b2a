using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using MobiZO.Checkpoints.Json;

namespace MobiZO.Data;

/// <summary>The word that answers for a label.</summary>
/// <param name="Label">The label as the data writes it, without surrounding space.</param>
/// <param name="Word">The text after the prompt, its leading space included; it may be several tokens.</param>
public sealed record LabelWord(string Label, string Word)
{
    /// <summary>What stands for letters where words are written.</summary>
    internal const string LettersName = "@letters";

    /// <summary>Whether the word is a code that <see cref="Letters"/> gave the label, so that results tell the label.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsLetter { get; init; }

    /// <summary>
    /// Given as words, they let every label of the rows be a letter: " A" to " Z", then pairs of letters, as far as each is one token of
    /// the model. Prompts do not change; results tell the labels.
    /// </summary>
    public static IReadOnlyList<LabelWord> Letters { get; } = [new LabelWord(LettersName, LettersName)];

    /// <summary>Whether words are <see cref="Letters"/>.</summary>
    public static bool AreLetters(IReadOnlyList<LabelWord>? words) => words is [{ Label: LettersName, Word: LettersName }];

    /// <summary>
    /// Reads <c>ham= no,spam= yes</c>, or <c>@letters</c> (<see cref="Letters"/>). Space counts in words and not around labels;
    /// <c>\,</c>, <c>\=</c> and <c>\\</c> stand for the character itself and <c>\n</c> for a newline. Several labels may share a word.
    /// </summary>
    /// <exception cref="DataException">A part has no '=', or its label or word is empty.</exception>
    public static IReadOnlyList<LabelWord> ParseList(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Trim() == LettersName)
        {
            return Letters;
        }

        var words = new List<LabelWord>();
        var piece = new StringBuilder();
        string? label = null;
        for (int i = 0; i <= text.Length; i++)
        {
            if (i == text.Length || text[i] == ',')
            {
                words.Add(Create(text, label, piece.ToString()));
                piece.Clear();
                label = null;
            }
            else if (text[i] == '=' && label is null)
            {
                label = piece.ToString();
                piece.Clear();
            }
            else if (text[i] == '\\' && i + 1 < text.Length)
            {
                i++;
                piece.Append(text[i] == 'n' ? '\n' : text[i]);
            }
            else
            {
                piece.Append(text[i]);
            }
        }

        return words;
    }

    /// <summary>
    /// Reads a file of words: a label, a tab and its word on every line, or one JSON object of words by label. A word that begins without a
    /// space gets one, because that is how a word stands behind a prompt; <c>\n</c> stands for a newline in lines with tabs. Several labels
    /// may share a word.
    /// </summary>
    /// <param name="path">The file, in UTF-8, or in UTF-16 with a byte order mark.</param>
    /// <exception cref="DataException">The file cannot be read or is no such text, or a line is no label with a word.</exception>
    public static IReadOnlyList<LabelWord> ReadFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string text;
        try
        {
            using FileStream stream = File.OpenRead(path);
            text = WholeText.Read(path, stream);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new DataException(
                new DataPlace(path),
                $"a file that cannot be opened ({error.Message})",
                "label words",
                "Check the path."
            );
        }

        LabelWord[] words = text.AsSpan().TrimStart().StartsWith("{") ? ReadObject(path, text) : ReadLines(path, text);
        return words.Length > 0
            ? words
            : throw new DataException(new DataPlace(path), "no words", "a label, a tab and its word on every line", "Write the words.");
    }

    private static LabelWord[] ReadObject(string path, string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return
            [
                .. document
                    .RootElement.EnumerateObject()
                    .Select(pair => OfFile(new DataPlace(path), pair.Name, pair.Value.GetString() ?? "")),
            ];
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new DataException(
                new DataPlace(path),
                $"what is no JSON object of texts ({JsonProblem.WithLine(error).TrimEnd('.')})",
                "words by label, such as {\"ham\": \"no\", \"spam\": \"yes\"}",
                "Correct the file, or write a label, a tab and its word on every line."
            );
        }
    }

    private static LabelWord[] ReadLines(string path, string text) =>
        [
            .. text.Split('\n')
                .Select((line, index) => (Line: line.TrimEnd('\r'), Place: new DataPlace(path, index + 1)))
                .Where(line => !string.IsNullOrWhiteSpace(line.Line))
                .Select(line =>
                    line.Line.Split('\t') is [var label, var word]
                        ? OfFile(line.Place, label, word.Replace("\\n", "\n", StringComparison.Ordinal))
                        : OfFile(line.Place, line.Line, "")
                ),
        ];

    private static LabelWord OfFile(DataPlace place, string label, string word) =>
        string.IsNullOrWhiteSpace(label) || string.IsNullOrWhiteSpace(word)
            ? throw new DataException(
                place,
                $"{DataException.Quote(label)} without its word",
                "a label, a tab and its word",
                "Write them like 'ham<tab>no'."
            )
            : new LabelWord(label.Trim(), char.IsWhiteSpace(word[0]) ? word : " " + word);

    private static LabelWord Create(string text, string? label, string word)
    {
        if (string.IsNullOrWhiteSpace(label) || string.IsNullOrWhiteSpace(word))
        {
            string part = label is null ? word : $"{label}={word}";
            throw new DataException(
                $"Label words {DataException.Quote(text)}: found {DataException.Quote(part)}; expected label=word. "
                    + "Write them like 'ham= no,spam= yes'; put a backslash before a comma or '=' that belongs to the text."
            );
        }

        return new LabelWord(label.Trim(), word);
    }
}
