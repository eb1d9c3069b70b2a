using System.Text.Json;
using MobiZO.TrainBench.Reporting;

namespace MobiZO.TrainBench.Race;

/// <summary>The built-in tasks, and tasks from files.</summary>
internal static class RaceTasks
{
    public static IReadOnlyList<RaceTask> BuiltIn { get; } =
    [
        new()
        {
            Name = "sms",
            TrainData = "sms-spam/sms.tsv",
            Columns = ["label", "text"],
            Template = @"Message: {text}\nIs this message spam? Answer:",
            LabelWords = "ham= no,spam= yes",
            Balanced = true,
            MaxRows = 500,
            EvalFraction = 0.4,
            Goal = 0.93,
        },
        new()
        {
            Name = "sst2",
            TrainData = "glue/SST-2/train.tsv",
            EvalData = "glue/SST-2/dev.tsv",
            TextColumn = "sentence",
            Template = @"{sentence}\nSentiment:",
            Choices = [" negative", " positive"],
            MaxRows = 1000,
            Gain = 0.04,
        },
        new()
        {
            Name = "agnews",
            TrainData = "agnews/dev10k.tsv",
            Columns = ["text", "label"],
            Template = @"{text}\nTopic:",
            LabelWords = "World= world,Sports= sports,Business= business,Sci/Tech= technology",
            Balanced = true,
            MaxRows = 500,
            EvalFraction = 0.4,
            Goal = 0.60,
        },
    ];

    /// <summary>A built-in task by name, or the one in a JSON file.</summary>
    /// <exception cref="FormatException">There is no such task, or the file does not describe one.</exception>
    public static RaceTask Find(string nameOrFile)
    {
        if (BuiltIn.FirstOrDefault(task => task.Name == nameOrFile) is { } known)
        {
            return known;
        }

        if (!File.Exists(nameOrFile))
        {
            throw new FormatException(
                $"task: '{nameOrFile}' is neither a file nor one of {string.Join(", ", BuiltIn.Select(task => task.Name))}"
            );
        }

        try
        {
            var task =
                JsonSerializer.Deserialize<RaceTask>(File.ReadAllText(nameOrFile), BenchReport.Json)
                ?? throw new JsonException("it is empty");
            return task.Goal is null == task.Gain is null ? throw new JsonException("it needs either a goal or a gain") : task;
        }
        catch (JsonException exception)
        {
            throw new FormatException($"task: '{nameOrFile}' does not describe a task: {exception.Message}", exception);
        }
    }
}
