using System.Globalization;
using System.Text.Json;
using MobiZO.Checkpoints.Storage;
using MobiZO.Evaluation;

namespace MobiZO.Cli.Reporting;

/// <summary>Text, label, prediction and scores of every row as JSON Lines, or the first of them as CSV.</summary>
internal static class PredictionFile
{
    private const string CsvHeader = "line,text,label,prediction,probability,correct,answer,answer_score";

    /// <summary>Checks, before any work, that the file is none that is read and none of something else.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">The evaluation.</param>
    public static void Check(string path, EvaluationOptions options) =>
        Check(path, "evaluation", options.Model, options.DataFile, options.Adapter);

    /// <summary>Checks, before any work, that the file is none that a run reads and none of something else.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">The run.</param>
    public static void Check(string path, FineTuneOptions options) =>
        Check(path, "run", options.Model, options.TrainData, options.EvalData, options.TestData);

    /// <summary>Writes the file; one of an earlier evaluation is replaced.</summary>
    public static void Write(string path, EvaluationResult result) =>
        OutputPlace.WriteLines(
            path,
            IsCsv(path)
                ? result.Examples.Select(example => CsvLine(example, result)).Prepend(CsvHeader)
                : result.Examples.Select(example => Line(example, result))
        );

    private static void Check(string path, string work, params string?[] read)
    {
        if (read.OfType<string>().FirstOrDefault(input => input.Length > 0 && OutputPlace.IsSame(path, input)) is not null)
        {
            throw new CommandException(ExitCodes.Output, $"--predictions '{path}' is read by this {work}. Choose another file.");
        }

        if (File.Exists(path) && !FileKind.IsStream(path) && !IsOwn(path))
        {
            throw new CommandException(
                ExitCodes.Output,
                $"--predictions '{path}' exists and holds something else. Choose another file, or move this one away."
            );
        }
    }

    private static bool IsCsv(string path) => path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase);

    private static bool IsOwn(string path)
    {
        using var reader = new StreamReader(path);
        if (reader.ReadLine() is not { } line)
        {
            return true;
        }

        if (IsCsv(path))
        {
            return line == CsvHeader;
        }

        try
        {
            using var first = JsonDocument.Parse(line);
            return first.RootElement.ValueKind == JsonValueKind.Object
                && first.RootElement.TryGetProperty("line", out _)
                && first.RootElement.TryGetProperty("answer_log_probability", out _);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static IReadOnlyList<string> WordsOf(ScoredExample example, EvaluationResult result) =>
        example.Choices.Count > 0 ? example.Choices : result.Choices;

    private static string Line(ScoredExample example, EvaluationResult result) =>
        JsonSerializer.Serialize(
            new
            {
                line = example.LineNumber,
                text = example.Text,
                label = LabelOf(example, result),
                prediction = PredictionOf(example, result),
                correct = example.Label is null ? (bool?)null : example.IsCorrect,
                probability = ProbabilityOf(example),
                scores = example.Scores,
                answer_log_probability = example.AnswerLogProbability,
                answer_tokens = example.AnswerTokens,
                answer = example.Answer,
                answer_score = example.AnswerScore,
                repeats = example.Answer is null ? (bool?)null : example.Repeats,
            }
        );

    private static string CsvLine(ScoredExample example, EvaluationResult result) =>
        string.Join(
            ',',
            new[]
            {
                example.LineNumber.ToString(CultureInfo.InvariantCulture),
                example.Text ?? "",
                LabelOf(example, result) ?? "",
                PredictionOf(example, result) ?? "",
                ProbabilityOf(example)?.ToString("0.######", CultureInfo.InvariantCulture) ?? "",
                example.Label is null ? ""
                : example.IsCorrect ? "true"
                : "false",
                example.Answer ?? "",
                example.AnswerScore?.ToString("0.######", CultureInfo.InvariantCulture) ?? "",
            }.Select(CsvField)
        );

    // Spaces count in words, and some readers drop them from fields without quotes.
    private static string CsvField(string text) =>
        text.AsSpan().IndexOfAny(",\"\r\n ") >= 0 ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;

    private static string? LabelOf(ScoredExample example, EvaluationResult result) =>
        example.Label is { } label ? WordsOf(example, result)[label] : null;

    private static string? PredictionOf(ScoredExample example, EvaluationResult result) =>
        example.Prediction is { } prediction ? WordsOf(example, result)[prediction] : null;

    private static double? ProbabilityOf(ScoredExample example) =>
        example.Prediction is { } prediction ? example.ProbabilityOf(prediction) : null;
}
