namespace MobiZO.Journal;

/// <summary>One line of a journal behind the header: a step or an evaluation.</summary>
public abstract record JournalLine
{
    private protected JournalLine() { }

    /// <summary>When the line was written.</summary>
    public DateTimeOffset Time { get; init; }
}
