using MobiZO.Runs;

namespace MobiZO.Cli.QuickStart;

/// <summary>The run folder of the quick start, which may be run again and again; nothing else is ever removed.</summary>
internal static class QuickStartFolder
{
    private const string MarkName = "quickstart";

    /// <summary>Removes the files of an earlier quick start.</summary>
    /// <exception cref="QuickStartException">The folder holds something else.</exception>
    public static void Clear(string folder)
    {
        if (!Directory.Exists(folder) || !Directory.EnumerateFileSystemEntries(folder).Any())
        {
            Mark(folder);
            return;
        }

        if (!File.Exists(Path.Combine(folder, MarkName)))
        {
            throw new QuickStartException(
                $"'{Path.GetFullPath(folder)}' holds files that are not of a quick start. Choose another folder with --output."
            );
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
