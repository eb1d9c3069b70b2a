namespace MobiZO.Tasks;

/// <summary>The tasks that come with the library; each is a file in the folder Ready.</summary>
public static class ReadyTasks
{
    private static readonly string[] s_names =
    [
        "sst2",
        "rte",
        "boolq",
        "wsc",
        "wic",
        "multirc",
        "copa",
        "winogrande",
        "mrpc",
        "qqp",
        "qnli",
        "wnli",
        "arc-e",
        "arc-c",
        "hellaswag",
        "squad",
        "drop",
    ];

    private static readonly Lazy<IReadOnlyList<ReadyTask>> s_all = new(() => [.. s_names.Select(Load)]);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ReadyTask> All => s_all.Value;

    /// <summary>A task by its name, whatever its case, hyphens and underscores; or one that a JSON file describes.</summary>
    /// <exception cref="FineTuneException">There is no such task and no such file, or the file describes none.</exception>
    public static ReadyTask Find(string nameOrFile)
    {
        ArgumentException.ThrowIfNullOrEmpty(nameOrFile);
        var name = Plain(nameOrFile);
        if (Array.Find(s_names, known => Plain(known) == name) is { } found)
        {
            return All[Array.IndexOf(s_names, found)];
        }

        return File.Exists(nameOrFile)
            ? ReadyTask.Read(nameOrFile)
            : throw new FineTuneException(
                $"Task '{nameOrFile}': expected one of {string.Join(", ", s_names)}, or a JSON file that describes a task; found neither.",
                FineTuneFailure.Settings
            );
    }

    private static ReadyTask Load(string name)
    {
        var resource = $"{typeof(ReadyTasks).Namespace}.{name}.json";
        using var stream =
            typeof(ReadyTasks).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"The library was built without its resource {resource}.");
        return TaskDescription.Read(stream, resource);
    }

    private static string Plain(string name) =>
        name.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal).ToUpperInvariant();
}
