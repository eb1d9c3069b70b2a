using MobiZO.Optimization;

namespace MobiZO.Journal;

/// <summary>Rebuilds the trained state from a journal alone: no model, no data, the same bits as training.</summary>
internal static class JournalReplay
{
    /// <summary>The trained state B [total] after the recorded steps, or after the first <paramref name="steps"/> of them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The journal has fewer steps.</exception>
    public static float[] Run(RunJournal journal, long? steps = null) => Rebuild(journal, steps).B.ToArray();

    /// <summary>The whole optimiser at that point, momentum included, ready for the next step.</summary>
    internal static ZerothOrderOptimizer Rebuild(RunJournal journal, long? steps = null)
    {
        ArgumentNullException.ThrowIfNull(journal);
        var count = steps ?? journal.Entries.Count;
        ArgumentOutOfRangeException.ThrowIfNegative(count, nameof(steps));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, journal.Entries.Count, nameof(steps));
        var header = journal.Header;
        var optimizer = new ZerothOrderOptimizer(header.Optimizer, header.Layout, header.Seed, header.TotalSteps);
        for (var step = 0; step < count; step++)
        {
            var entry = journal.Entries[step];
            optimizer.Replay(entry.ProjectedGradients.ToArray(), entry.LearningRate);
        }

        return optimizer;
    }
}
