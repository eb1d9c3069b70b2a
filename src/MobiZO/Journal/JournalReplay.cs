using MobiZO.Optimization;

namespace MobiZO.Journal;

/// <summary>Rebuilds the trained state from a journal alone: no model, no data, the same bits as training.</summary>
internal static class JournalReplay
{
    /// <summary>The trained state B [total] after the recorded steps, or after the first <paramref name="steps"/> of them.</summary>
    /// <param name="journal">The journal.</param>
    /// <param name="steps">How many steps; null: all.</param>
    /// <param name="start">The B that the run started with; null: zero.</param>
    /// <exception cref="ArgumentOutOfRangeException">The journal has fewer steps.</exception>
    public static float[] Run(RunJournal journal, long? steps = null, IReadOnlyList<float>? start = null) =>
        Rebuild(journal, steps, start).B.ToArray();

    /// <summary>The whole optimiser at that point, moments included, ready for the next step.</summary>
    internal static StateOptimizer Rebuild(RunJournal journal, long? steps = null, IReadOnlyList<float>? start = null)
    {
        ArgumentNullException.ThrowIfNull(journal);
        var count = steps ?? journal.Entries.Count;
        ArgumentOutOfRangeException.ThrowIfNegative(count, nameof(steps));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, journal.Entries.Count, nameof(steps));
        var header = journal.Header;
        var optimizer = StateOptimizer.Create(header.Optimizer, header.Layout, header.Seed, header.TotalSteps, start);
        Continue(optimizer, journal, count);
        return optimizer;
    }

    /// <summary>Repeats the recorded steps from the next one of an optimiser on.</summary>
    /// <exception cref="JournalException">A gradient is missing or damaged.</exception>
    internal static void Continue(StateOptimizer optimizer, RunJournal journal, long steps)
    {
        foreach (var recorded in GradientFile.Read(journal, optimizer.NextStep, steps))
        {
            optimizer.Replay(recorded);
        }
    }
}
