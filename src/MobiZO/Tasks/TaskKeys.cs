using System.Text.Json;
using System.Text.RegularExpressions;
using MobiZO.Data;
using MobiZO.Scoring;

namespace MobiZO.Tasks;

/// <summary>Checks the file of a task key by key, so that errors speak of the file.</summary>
internal static partial class TaskKeys
{
    private const string LabelWords = "label_words";
    private static readonly string[] s_needed = ["name", "title", "metric", "template"];
    private static readonly string[] s_texts = [.. s_needed, "source", "answer_suffix"];
    private static readonly string[] s_lists = ["rows_in", "folders", "train_files", "eval_files"];
    private static readonly string[] s_pairs = ["fields", LabelWords];

    /// <summary>The metrics that a task may name, and what compares written answers by each; null: choices are counted.</summary>
    public static IReadOnlyDictionary<string, TextMetric?> Metrics { get; } =
        new Dictionary<string, TextMetric?>(StringComparer.OrdinalIgnoreCase)
        {
            ["accuracy"] = null,
            ["F1"] = TextMetric.WordF1,
            ["exact match"] = TextMetric.ExactMatch,
            ["ROUGE-L"] = TextMetric.RougeL,
        };

    /// <summary>The first error; null: there is none.</summary>
    /// <param name="root">The whole file.</param>
    public static string? FindError(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            return $"found {NameOf(root.ValueKind)}";
        }

        foreach (var property in root.EnumerateObject())
        {
            if (ErrorOf(property) is { } error)
            {
                return $"key '{property.Name}': {error}";
            }
        }

        if (Array.Find(s_needed, key => !root.TryGetProperty(key, out var value) || value.ValueKind == JsonValueKind.Null) is { } missing)
        {
            return $"'{missing}' is missing";
        }

        var metric = root.GetProperty("metric").GetString()!;
        return !Metrics.ContainsKey(metric) ? $"key 'metric': expected one of {string.Join(", ", Metrics.Keys)}, found '{metric}'"
            : Metrics[metric] is not null && root.TryGetProperty(LabelWords, out _)
                ? $"key 'metric': '{metric}' is of written answers, and there are 'label_words'; write accuracy, or leave these out"
            : null;
    }

    /// <summary>A message about options in the words of the file.</summary>
    public static string InKeys(string message) =>
        Property().Replace(message, match => $"'{JsonNamingPolicy.SnakeCaseLower.ConvertName(match.Groups["name"].Value)}'");

    private static string? ErrorOf(JsonProperty property)
    {
        var (name, value) = (property.Name, property.Value);
        var isText = s_texts.Contains(name);
        if (!isText && !s_lists.Contains(name) && !s_pairs.Contains(name))
        {
            return $"expected one of {string.Join(", ", s_texts.Concat(s_lists).Concat(s_pairs))}, found an unknown one";
        }

        return value.ValueKind == JsonValueKind.Null ? null
            : isText ? (value.ValueKind == JsonValueKind.String ? null : $"expected a text, found {NameOf(value.ValueKind)}")
            : s_lists.Contains(name)
                ? (
                    value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String)
                        ? null
                        : "expected an array of texts"
                )
            : value.ValueKind == JsonValueKind.Object && value.EnumerateObject().All(item => item.Value.ValueKind == JsonValueKind.String)
                ? null
            : name != LabelWords ? "expected an object of texts by name"
            : value.ValueKind == JsonValueKind.String && value.GetString() == LabelWord.LettersName ? null
            : $"expected an object of words by label, or the text '{LabelWord.LettersName}'";
    }

    private static string NameOf(JsonValueKind kind) =>
        kind switch
        {
            JsonValueKind.Object => "an object",
            JsonValueKind.Array => "an array",
            JsonValueKind.String => "a text",
            JsonValueKind.Number => "a number",
            JsonValueKind.Null => "null",
            _ => "true or false",
        };

    [GeneratedRegex(
        """\b(?:DataOptions\.)?(?<name>Template|LabelWords|RowsIn|Fields|AnswerSuffix)\b""",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking
    )]
    private static partial Regex Property();
}
