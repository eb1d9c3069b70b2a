using System.CommandLine;
using MobiZO.Adapters;
using MobiZO.Checkpoints.Storage;
using MobiZO.Cli.Help;
using MobiZO.Cli.Options;
using MobiZO.Runs;

namespace MobiZO.Cli.Commands;

/// <summary>Rebuilds the adapter of a run from its journal, without the model.</summary>
internal static class ReplayCommand
{
    public const string Name = "replay";
    public const string Summary = "Rebuilds the adapter of a run from its journal, without the model.";

    private const string Usage = "<run> [--output <folder>]";
    private const string Example = "mobizo replay run1 --output rebuilt";

    public static Command Create()
    {
        var run = new Argument<string>("run") { Description = "Folder of the run." };
        var folder = OptionGroup<FineTuneOptions>.CreateOption(
            ["--output", "-o"],
            "Folder for the rebuilt adapter (by default, it is only compared).",
            OptionValue.Path("folder")
        );
        var command = new DocumentedCommand(Name, Summary, Usage, Example);
        command.Add(run);
        command.Add(OutputFlags.Section(folder));
        command.SetAction(result =>
            Replay(new RunFolder(result.GetRequiredValue(run)), result.GetValue(folder), result.InvocationConfiguration.Output)
        );
        return command;
    }

    private static int Replay(RunFolder run, string? folder, TextWriter output)
    {
        if (!File.Exists(run.JournalFile) && !File.Exists(run.ProbeFile))
        {
            throw new CommandException(ExitCodes.Input, $"'{run.Path}' holds no run: expected the file {run.JournalFile}.");
        }

        if (folder is not null)
        {
            Check(run, folder);
        }

        var adapter = RunReplay.Rebuild(run);
        if (folder is not null)
        {
            Write(adapter, Path.TrimEndingDirectorySeparator(folder));
            output.WriteLine($"written    {folder}");
        }

        return Compare(run, adapter, output);
    }

    /// <summary>Writes beside and renames: a new folder is whole when it is there. An empty one is filled.</summary>
    private static void Write(LoraAdapter adapter, string folder)
    {
        if (Directory.Exists(folder))
        {
            AdapterFiles.Save(adapter, folder);
            return;
        }

        var staged = FormattableString.Invariant($"{Path.GetFullPath(folder)}.{Environment.ProcessId}.tmp");
        try
        {
            AdapterFiles.Save(adapter, staged);
            Directory.Move(staged, folder);
        }
        catch
        {
            if (Directory.Exists(staged))
            {
                Directory.Delete(staged, recursive: true);
            }

            throw;
        }
    }

    private static void Check(RunFolder run, string folder)
    {
        if (OutputPlace.IsWithin(folder, run.Path))
        {
            throw new CommandException(
                ExitCodes.Output,
                $"'{folder}' is of the run itself, which replay only reads. Choose another folder with --output."
            );
        }

        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
        {
            throw new CommandException(ExitCodes.Output, $"'{folder}' is not empty. Choose another folder with --output.");
        }
    }

    private static int Compare(RunFolder run, LoraAdapter rebuilt, TextWriter output)
    {
        if (!Directory.Exists(run.AdapterFolder))
        {
            output.WriteLine($"compared   nothing: the run has no {run.AdapterFolder} yet");
            return ExitCodes.Success;
        }

        var isSame = rebuilt.HasSameWeightsAs(AdapterFiles.Load(run.AdapterFolder));
        output.WriteLine(
            isSame
                ? $"compared   the same bits as {run.AdapterFolder}"
                : $"compared   other bits than {run.AdapterFolder}: "
                    + "the journal and the adapter are not of one run, or the run is still going on"
        );
        return isSame ? ExitCodes.Success : ExitCodes.Failed;
    }
}
