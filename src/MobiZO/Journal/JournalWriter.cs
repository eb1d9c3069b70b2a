using MobiZO.Optimization;

namespace MobiZO.Journal;

/// <summary>
/// Appends steps to a journal. Every line reaches the operating system in one write before <see cref="Append"/> returns, so a killed process loses at most
/// the line it was writing; every line is also forced to disk, or every n-th where that costs too much.
/// </summary>
public sealed class JournalWriter : IDisposable
{
    private readonly FileStream _stream;
    private readonly string _path;
    private readonly CopyPlan _plan;
    private readonly int _stepsPerFlush;

    private JournalWriter(FileStream stream, string path, JournalHeader header, long nextStep, int stepsPerFlush)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(stepsPerFlush);
        _stream = stream;
        _path = path;
        _plan = CopyPlan.Create(header.Optimizer.Estimator, header.Optimizer.Queries);
        _stepsPerFlush = stepsPerFlush;
        NextStep = nextStep;
    }

    /// <summary>The step that must be appended next.</summary>
    public long NextStep { get; private set; }

    /// <summary>Starts a journal.</summary>
    /// <exception cref="JournalException">The file exists or cannot be written.</exception>
    public static JournalWriter Create(string path, JournalHeader header, int stepsPerFlush = 1)
    {
        ArgumentNullException.ThrowIfNull(header);
        var stream = Open(path, FileMode.CreateNew, "the journal cannot be created; resume the run, or choose another folder for a new one");
        var writer = new JournalWriter(stream, path, header, 0, stepsPerFlush);
        writer.WriteLine(JournalFormat.Write(header), flushToDisk: true);
        return writer;
    }

    /// <summary>Continues a journal at <paramref name="nextStep"/>: later steps and a torn last line are cut off.</summary>
    /// <exception cref="JournalException">The journal is missing or damaged, belongs to another run, or ends before that step.</exception>
    public static JournalWriter Resume(string path, JournalHeader header, long nextStep, int stepsPerFlush = 1) =>
        Resume(RunJournal.Read(path), header, nextStep, stepsPerFlush);

    /// <summary>Continues a journal that was read, and was not changed since.</summary>
    /// <inheritdoc cref="Resume(string, JournalHeader, long, int)"/>
    public static JournalWriter Resume(RunJournal journal, JournalHeader header, long nextStep, int stepsPerFlush = 1)
    {
        ArgumentNullException.ThrowIfNull(journal);
        ArgumentNullException.ThrowIfNull(header);
        ArgumentOutOfRangeException.ThrowIfNegative(nextStep);
        var path = journal.Path;
        if (journal.Header.Differences(header) is { Count: > 0 } differences)
        {
            throw new JournalException($"{path}: the journal belongs to another run (journal / this run): {string.Join("; ", differences)}; choose another folder");
        }

        if (journal.Entries.Count < nextStep)
        {
            throw new JournalException($"{path}: expected at least {nextStep} steps, found {journal.Entries.Count}; resume from an earlier checkpoint");
        }

        var stream = Open(path, FileMode.Open, "the journal cannot be continued");
        stream.SetLength(journal.LengthAfter(nextStep));
        stream.Seek(0, SeekOrigin.End);
        return new JournalWriter(stream, path, header, nextStep, stepsPerFlush);
    }

    /// <summary>Appends the next step.</summary>
    /// <exception cref="ArgumentException">The step is out of turn or does not fit the run.</exception>
    /// <exception cref="JournalException">The file could not be written.</exception>
    public void Append(JournalEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (entry.Step != NextStep)
        {
            throw new ArgumentException($"step: expected {NextStep}, found {entry.Step}");
        }

        if (JournalFormat.Complaint(entry, _plan) is var (key, expected, found))
        {
            throw new ArgumentException($"{key}: expected {expected}, found {found}");
        }

        WriteLine(JournalFormat.Write(entry), (NextStep + 1) % _stepsPerFlush == 0);
        NextStep++;
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private static FileStream Open(string path, FileMode mode, string complaint)
    {
        try
        {
            // No buffer: a line is one write.
            return new FileStream(path, mode, FileAccess.Write, FileShare.Read, bufferSize: 0);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new JournalException($"{path}: {complaint}: {error.Message}", error);
        }
    }

    private void WriteLine(byte[] line, bool flushToDisk)
    {
        try
        {
            _stream.Write([.. line, (byte)'\n']);
            _stream.Flush(flushToDisk);
        }
        catch (IOException error)
        {
            throw new JournalException($"{_path}: a line could not be written: {error.Message}", error);
        }
    }
}
