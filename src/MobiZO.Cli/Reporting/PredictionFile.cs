using System.Text.Json;
using MobiZO.Checkpoints.Storage;
using MobiZO.Evaluation;

namespace MobiZO.Cli.Reporting;

/// <summary>Line, label, prediction and scores of every row as JSON Lines.</summary>
internal static class PredictionFile
{
    /// <summary>Checks, before any work, that the file is none that is read and none of something else.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">The evaluation.</param>
    public static void Check(string path, EvaluationOptions options)
    {
        string?[] read = [options.Model, options.DataFile, options.Adapter];
        if (read.OfType<string>().FirstOrDefault(input => input.Length > 0 && OutputPlace.IsSame(path, input)) is { } input)
        {
            throw new CommandException(ExitCodes.Output, $"--predictions '{path}' is read by this evaluation. Choose another file.");
        }

        if (File.Exists(path) && !FileKind.IsStream(path) && !IsOwn(path))
        {
            throw new CommandException(
                ExitCodes.Output,
                $"--predictions '{path}' exists and holds something else. Choose another file, or move this one away."
            );
        }
    }

    /// <summary>Writes the file; one of an earlier evaluation is replaced.</summary>
    public static void Write(string path, EvaluationResult result) =>
        OutputPlace.WriteLines(path, result.Examples.Select(example => Line(example, result)));

    private static bool IsOwn(string path)
    {
        using var reader = new StreamReader(path);
        if (reader.ReadLine() is not { } line)
        {
            return true;
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
                label = example.Label is { } label ? WordsOf(example, result)[label] : null,
                prediction = example.Prediction is { } prediction ? WordsOf(example, result)[prediction] : null,
                correct = example.Label is null ? (bool?)null : example.IsCorrect,
                scores = example.Scores,
                answer_log_probability = example.AnswerLogProbability,
                answer_tokens = example.AnswerTokens,
            }
        );
}
