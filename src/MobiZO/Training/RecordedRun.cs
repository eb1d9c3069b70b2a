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
    public float LearningRate => Journal.Header.Optimizer.EffectiveLearningRate;

    /// <summary>Reads the journal of a run that goes on; null for a new one.</summary>
    /// <exception cref="FineTuneException">There is a run where none should be, or none where one should.</exception>
    /// <exception cref="JournalException">The journal is damaged.</exception>
    public static RecordedRun? Read(FineTuneOptions options)
    {
        var folder = new RunFolder(options.Output);
        folder.RequireReadyFor(options);
        return options.Resume ? new RecordedRun(folder, RunJournal.Read(folder.JournalFile)) : null;
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
    /// The optimiser after the last recorded step: from the last checkpoint when there is one, else from the beginning, repeating the
    /// journal from there.
    /// </summary>
    /// <param name="header">The run as its options of now describe it.</param>
    /// <exception cref="FineTuneException">The run was started with other settings, or its files do not fit together.</exception>
    public ZerothOrderOptimizer Restore(JournalHeader header)
    {
        if (Journal.Header.Differences(header) is { Count: > 0 } differences)
        {
            throw new FineTuneException(
                $"'{Folder.Path}' was started with other settings, so it cannot be resumed with these (run / now): "
                    + $"{string.Join("; ", differences)}. Use the settings of the run, or another folder.",
                FineTuneFailure.Settings
            );
        }

        if (!File.Exists(Folder.CheckpointFile))
        {
            return JournalReplay.Rebuild(Journal);
        }

        var checkpoint = TrainingCheckpoint.Load(Folder.CheckpointFile, header);
        if (checkpoint.NextStep > Journal.Entries.Count)
        {
            // Power was lost after the checkpoint reached the disk but before the last journal lines did.
            throw new FineTuneException(
                FormattableString.Invariant(
                    $"{Folder.JournalFile} ends at step {Journal.Entries.Count}, before the checkpoint at step {checkpoint.NextStep}. "
                ) + $"Remove {Folder.CheckpointFile} to continue from the journal.",
                FineTuneFailure.Input
            );
        }

        var optimizer = new ZerothOrderOptimizer(header.Optimizer, header.Layout, header.Seed, header.TotalSteps);
        optimizer.Restore(checkpoint.NextStep, checkpoint.B, checkpoint.Velocity);
        foreach (var entry in Journal.Entries.Skip((int)checkpoint.NextStep))
        {
            optimizer.Replay(entry.ProjectedGradients.ToArray(), entry.LearningRate);
        }

        return optimizer;
    }
}
