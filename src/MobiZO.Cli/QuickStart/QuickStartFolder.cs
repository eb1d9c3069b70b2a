using MobiZO.Runs;

namespace MobiZO.Cli.QuickStart;

/// <summary>The run folder of the quick start, which may be run again and again; nothing else is ever removed.</summary>
internal static class QuickStartFolder
{
    private const string MarkName = "quickstart";

    /// <summary>Checks that the folder is empty, not there yet, or of an earlier quick start.</summary>
    /// <exception cref="CommandException">It holds something else, or is a file.</exception>
    public static void RequireOwn(string folder)
    {
        if (File.Exists(folder) || (!IsEmpty(folder) && !File.Exists(Path.Combine(folder, MarkName))))
        {
            throw new CommandException(
                ExitCodes.Output,
                $"'{Path.GetFullPath(folder)}' holds what is not of a quick start. Choose another folder with --output."
            );
        }
    }

    /// <summary>Removes the files of an earlier quick start.</summary>
    /// <exception cref="CommandException">As of <see cref="RequireOwn"/>.</exception>
    public static void Clear(string folder)
    {
        RequireOwn(folder);
        if (IsEmpty(folder))
        {
            Mark(folder);
            return;
        }

        var run = new RunFolder(folder);
        foreach (var file in new[] { run.ConfigFile, run.JournalFile, run.CheckpointFile, run.ReportFile })
        {
            File.Delete(file);
        }

        foreach (var adapter in new[] { run.AdapterFolder, run.BestAdapterFolder, run.InitialAdapterFolder }.Where(Directory.Exists))
        {
            Directory.Delete(adapter, recursive: true);
        }
    }

    private static bool IsEmpty(string folder) => !Directory.Exists(folder) || !Directory.EnumerateFileSystemEntries(folder).Any();

    /// <summary>Marks a folder as one of the quick start.</summary>
    public static void Mark(string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(
            Path.Combine(folder, MarkName),
            "Made by 'mobizo quickstart'; the next quick start replaces the run in this folder.\n"
        );
    }
}
