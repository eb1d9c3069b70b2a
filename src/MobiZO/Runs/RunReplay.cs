using MobiZO.Adapters;
using MobiZO.Journal;

namespace MobiZO.Runs;

/// <summary>Rebuilds the adapter of a run from its journal and its initial adapter: no model, no data.</summary>
public static class RunReplay
{
    /// <summary>The adapter after every recorded step.</summary>
    /// <param name="run">The run.</param>
    /// <exception cref="JournalException">The journal is missing or damaged.</exception>
    /// <exception cref="MobiZO.Checkpoints.CheckpointException">The initial adapter is missing or damaged.</exception>
    /// <exception cref="FineTuneException">The two do not belong together.</exception>
    public static LoraAdapter Rebuild(RunFolder run)
    {
        ArgumentNullException.ThrowIfNull(run);
        if (File.Exists(run.ProbeFile))
        {
            throw new FineTuneException(
                $"'{run.Path}' holds a probe, which took no steps: there is nothing to replay. Train it anew to compare.",
                FineTuneFailure.Settings
            );
        }

        var journal = RunJournal.Read(run.JournalFile);
        var initial = AdapterFiles.Load(run.InitialAdapterFolder);
        var segments = journal.Header.Layout.Segments;
        LoraAdapter ordered;
        try
        {
            ordered = initial.OrderedAs([.. segments.Select(segment => segment.Name)]);
        }
        catch (ArgumentException exception)
        {
            throw Mismatch(run, exception.Message);
        }

        var different = ordered.Layout.Segments.Zip(segments).FirstOrDefault(pair => pair.First != pair.Second);
        if (different.First is not null)
        {
            throw Mismatch(
                run,
                $"module '{different.Second.Name}' is {Describe(different.Second)} in the journal and {Describe(different.First)} in "
                    + $"the adapter"
            );
        }

        Require(run, journal, JournalHeader.InitialKey, "A", ordered.DigestOfA());
        Require(run, journal, JournalHeader.StartKey, "B", ordered.DigestOfB());
        return ordered.WithState(JournalReplay.Run(journal, null, ordered.ToState()));
    }

    private static void Require(RunFolder run, RunJournal journal, string key, string matrix, string digest)
    {
        if (journal.Header.Properties.TryGetValue(key, out var sum) && sum != digest)
        {
            throw Mismatch(run, $"its {matrix} does not match the checksum in the journal");
        }
    }

    private static string Describe(Optimization.StateSegment segment) =>
        FormattableString.Invariant($"r {segment.Rank}, in {segment.InputSize}, out {segment.OutputSize}");

    private static FineTuneException Mismatch(RunFolder run, string found) =>
        new(
            $"'{run.InitialAdapterFolder}' is not the adapter that {run.JournalFile} starts from: {found}. Restore the run folder as it "
                + $"was written.",
            FineTuneFailure.Input
        );
}
