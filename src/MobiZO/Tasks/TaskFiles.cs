namespace MobiZO.Tasks;

/// <summary>Finds the files of a task by the names that GLUE, SuperGLUE and the Hub give them.</summary>
internal static class TaskFiles
{
    /// <summary>Names of training files.</summary>
    public static IReadOnlyList<string> Train { get; } =
    ["train.tsv", "train.jsonl", "train.json", "train.csv", "train.parquet", "train-*.parquet"];

    /// <summary>Names of evaluation files; those that are called test have no labels in GLUE and SuperGLUE.</summary>
    public static IReadOnlyList<string> Eval { get; } =
    [
        "dev.tsv",
        "dev.jsonl",
        "dev.json",
        "val.jsonl",
        "val.json",
        "validation.jsonl",
        "validation.json",
        "validation.csv",
        "validation.parquet",
        "validation-*.parquet",
    ];

    /// <summary>The first file of the first folder that has one; null: none has.</summary>
    /// <param name="folder">The folder that was named.</param>
    /// <param name="inner">Folders in it that may hold the files.</param>
    /// <param name="names">Names, most welcome first.</param>
    /// <exception cref="FineTuneException">The folder is not there, or several files answer to a name.</exception>
    public static string? Find(string folder, IEnumerable<string> inner, IReadOnlyList<string> names)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (!Directory.Exists(folder))
        {
            throw new FineTuneException($"'{folder}': expected the folder of a task's data, found none.", FineTuneFailure.Input);
        }

        return inner
            .Select(name => Path.Combine(folder, name))
            .Prepend(folder)
            .SelectMany(place => new[] { place, Path.Combine(place, "data") })
            .Where(Directory.Exists)
            .SelectMany(place => names.Select(name => One(place, name)))
            .FirstOrDefault(file => file is not null);
    }

    /// <summary>What is said when there is no file.</summary>
    public static FineTuneException Missing(ReadyTask task, string folder, string rows, IEnumerable<string> names)
    {
        var folders = task.Folders.Count == 0 ? "" : $", there or in its folder {string.Join(" or ", task.Folders)}";
        var setting = rows == "training" ? "FineTuneOptions.TrainData" : "EvaluationOptions.DataFile";
        return new FineTuneException(
            $"'{folder}': expected {rows} rows of the task {task.Name}, in a file {string.Join(" or ", names)}{folders}; found none. Name the "
                + $"file by {setting}, or another folder.",
            FineTuneFailure.Input
        );
    }

    private static string? One(string folder, string name)
    {
        string[] found = name.Contains('*', StringComparison.Ordinal)
            ? Directory.GetFiles(folder, name)
            : [.. new[] { Path.Combine(folder, name) }.Where(File.Exists)];
        return found.Length <= 1
            ? found.FirstOrDefault()
            : throw new FineTuneException(
                $"'{folder}': expected one file {name}, found {found.Length}. Join them, or name one of them as the data of the run.",
                FineTuneFailure.Input
            );
    }
}
