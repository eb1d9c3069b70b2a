using MobiZO.Adapters;
using MobiZO.Journal;
using MobiZO.Optimization;
using MobiZO.Runs;

namespace MobiZO.Training;

/// <summary>What a run that goes on finds in its folder; the journal is read once.</summary>
/// <param name="Folder">The run.</param>
/// <param name="Journal">Its steps so far.</param>
internal sealed record RecordedRun(RunFolder Folder, RunJournal Journal)
{
    /// <summary>The learning rate that the run was started with.</summary>
    public float LearningRate => Journal.Header.Optimizer.RateOrDefault;

    /// <summary>Reads the journal of a run that goes on; null for a new one.</summary>
    /// <exception cref="FineTuneException">There is a run where none should be, or none where one should.</exception>
    /// <exception cref="JournalException">The journal is damaged.</exception>
    public static RecordedRun? Read(FineTuneOptions options)
    {
        var folder = new RunFolder(options.Output);
        folder.RequireReadyFor(options);
        if (!options.Resume)
        {
            return null;
        }

        var journal = RunJournal.Read(folder.JournalFile);
        return new RecordedRun(folder, journal.TornAfter(GradientFile.CountKept(journal, TrainingLoop.StepsPerFlush)));
    }

    /// <summary>The A of the run: what is computed again might differ in the last bit on another machine.</summary>
    /// <param name="fresh">An adapter for the options of now.</param>
    public LoraAdapter InitialAdapterLike(LoraAdapter fresh)
    {
        var stored = AdapterFiles.Load(Folder.InitialAdapterFolder);
        string[] names = [.. fresh.Modules.Select(module => module.Name)];

        // Another adapter is another run; comparing the journal's header refuses it and names the differences.
        return stored.Rank == fresh.Rank && stored.Modules.Select(module => module.Name).ToHashSet(StringComparer.Ordinal).SetEquals(names)
            ? stored.OrderedAs(names)
            : fresh;
    }

    /// <summary>
    /// The optimiser after a recorded step: from the last checkpoint when there is a sound one, else from the beginning, repeating the
    /// journal from there. The journal is the truth; a checkpoint only saves time.
    /// </summary>
    /// <param name="header">The run as its options of now describe it.</param>
    /// <param name="steps">Steps of the journal that count.</param>
    /// <param name="progress">Told when the checkpoint is of no use; may be null.</param>
    /// <param name="start">The B that the run started with; null: zero.</param>
    /// <exception cref="FineTuneException">The run was started with other settings, or its files do not fit together.</exception>
    public StateOptimizer Restore(JournalHeader header, long steps, IProgress<TrainingEvent>? progress, float[]? start = null)
    {
        // Most other settings change the initial A too; it is named only when nothing else differs.
        var initial = $"properties.{JournalHeader.InitialKey}: ";
        var all = Journal.Header.Differences(header);
        string[] differences = [.. all.Where(difference => !difference.StartsWith(initial, StringComparison.Ordinal))];
        if (differences.Length == 0 && all.Count > 0)
        {
            throw new FineTuneException(
                $"'{Folder.InitialAdapterFolder}' is not the adapter that the run started from: its A does not match the checksum in "
                    + $"{Folder.JournalFile}. Restore the folder as it was written, or start a new run.",
                FineTuneFailure.Input
            );
        }

        if (differences.Length > 0)
        {
            throw new FineTuneException(
                $"'{Folder.Path}' was started with other settings, so it cannot be resumed with these (run / now): "
                    + $"{string.Join("; ", differences)}. Use the settings of the run, or another folder.",
                FineTuneFailure.Settings
            );
        }

        // A checkpoint can be ahead of the journal: power was lost before the last lines reached the disk.
        if (ReadCheckpoint(header, progress) is not { } checkpoint || checkpoint.NextStep > steps)
        {
            return JournalReplay.Rebuild(Journal, steps, start);
        }

        var optimizer = StateOptimizer.Create(header.Optimizer, header.Layout, header.Seed, header.TotalSteps);
        optimizer.Restore(checkpoint.NextStep, checkpoint.B, checkpoint.Moments);
        JournalReplay.Continue(optimizer, Journal, steps);
        return optimizer;
    }

    private TrainingCheckpoint? ReadCheckpoint(JournalHeader header, IProgress<TrainingEvent>? progress)
    {
        if (!File.Exists(Folder.CheckpointFile))
        {
            return null;
        }

        try
        {
            return TrainingCheckpoint.Load(Folder.CheckpointFile, header);
        }
        catch (JournalException error)
        {
            progress?.Report(new RunNote($"The checkpoint cannot be used ({error.Message}); the run is rebuilt from its journal.", true));
            return null;
        }
    }
}
