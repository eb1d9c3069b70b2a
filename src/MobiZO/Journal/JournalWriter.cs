using MobiZO.Checkpoints.Storage;
using MobiZO.Optimization;

namespace MobiZO.Journal;

/// <summary>
/// Appends steps to a journal. Every line reaches the operating system in one write before Append returns, so a killed process loses at
/// most the line it was writing; lines with evaluations and every n-th line are also forced to disk.
/// </summary>
internal sealed class JournalWriter : IDisposable
{
    private readonly FileStream _stream;
    private readonly FileStream? _gradients;
    private readonly CopyPlan _plan;
    private readonly int _stepsPerFlush;
    private readonly TimeProvider _time;
    private readonly long _bytesOfGradient;

    private JournalWriter(
        FileStream stream,
        FileStream? gradients,
        JournalHeader header,
        long nextStep,
        int stepsPerFlush,
        TimeProvider? time
    )
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(stepsPerFlush);
        _stream = stream;
        _gradients = gradients;
        _plan = header.Optimizer.Plan;
        _stepsPerFlush = stepsPerFlush;
        _bytesOfGradient = GradientFile.BytesOfStep(header.Layout);
        _time = time ?? TimeProvider.System;
        NextStep = nextStep;
    }

    /// <summary>The step that must be appended next.</summary>
    public long NextStep { get; private set; }

    /// <summary>Starts a journal.</summary>
    /// <param name="path">The file; it must not exist.</param>
    /// <param name="header">The run.</param>
    /// <param name="stepsPerFlush">Steps after which the file is forced to disk.</param>
    /// <param name="time">What lines are stamped by; null: the system's clock.</param>
    /// <exception cref="FineTuneException">The file exists or cannot be written.</exception>
    public static JournalWriter Create(string path, JournalHeader header, int stepsPerFlush = 1, TimeProvider? time = null)
    {
        const string Complaint = "the journal cannot be created; resume the run, or choose another folder for a new one";
        if (File.Exists(path))
        {
            throw new FineTuneException($"{path}: {Complaint}: it exists", FineTuneFailure.Output);
        }

        // Before the journal: with it, the folder holds a run.
        var gradients = OpenGradients(path, header, 0);
        try
        {
            // Whole or not at all: a journal without its first line is of no run.
            AtomicFile.Write(path, (byte[])[.. JournalFormat.Write(header), (byte)'\n']);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            gradients?.Dispose();
            throw new FineTuneException($"{path}: {Complaint}: {error.Message}", FineTuneFailure.Output);
        }

        return new JournalWriter(OpenBeside(gradients, path, FileMode.Append, Complaint), gradients, header, 0, stepsPerFlush, time);
    }

    /// <summary>Continues a journal at <paramref name="nextStep"/>: later lines and a torn last line are cut off.</summary>
    /// <param name="journal">The journal as it was read; nothing has been written to it since.</param>
    /// <param name="header">The run.</param>
    /// <param name="nextStep">The step that is taken next.</param>
    /// <param name="stepsPerFlush">Steps after which the file is forced to disk.</param>
    /// <param name="time">What lines are stamped by; null: the system's clock.</param>
    /// <exception cref="JournalException">The journal belongs to another run, or ends before that step.</exception>
    /// <exception cref="FineTuneException">The file cannot be written.</exception>
    public static JournalWriter Resume(
        RunJournal journal,
        JournalHeader header,
        long nextStep,
        int stepsPerFlush = 1,
        TimeProvider? time = null
    )
    {
        ArgumentOutOfRangeException.ThrowIfNegative(nextStep);
        var path = journal.Path;
        if (journal.Header.Differences(header) is { Count: > 0 } differences)
        {
            throw new JournalException(
                $"{path}: the journal belongs to another run (journal / this run): {string.Join("; ", differences)}; choose another folder"
            );
        }

        if (journal.Entries.Count < nextStep)
        {
            throw new JournalException(
                FormattableString.Invariant(
                    $"{path}: expected at least {nextStep} steps, found {journal.Entries.Count}; resume from an earlier checkpoint"
                )
            );
        }

        var gradients = OpenGradients(path, header, nextStep);
        var stream = OpenBeside(gradients, path, FileMode.Open, "the journal cannot be continued");
        stream.SetLength(journal.LengthAfter(nextStep));
        stream.Seek(0, SeekOrigin.End);
        return new JournalWriter(stream, gradients, header, nextStep, stepsPerFlush, time);
    }

    /// <summary>Appends the next step.</summary>
    /// <param name="entry">The step; its checksum of the gradient is written here.</param>
    /// <param name="gradient">The gradient that the step used, for estimators that have one; empty for a skipped step.</param>
    /// <exception cref="ArgumentException">The step is out of turn or does not fit the run.</exception>
    /// <exception cref="FineTuneException">The file could not be written.</exception>
    public void Append(JournalEntry entry, ReadOnlyMemory<float> gradient = default)
    {
        if (entry.Step != NextStep)
        {
            throw new ArgumentException($"step: expected {NextStep}, found {entry.Step}");
        }

        // A skipped step leaves zeros, so that the place of a step tells nothing but its number.
        var bytes = new byte[_gradients is null ? 0 : _bytesOfGradient];
        if (!gradient.IsEmpty)
        {
            (bytes, var sum) = GradientFile.Encode(gradient.Span);
            entry = entry with { GradientSum = sum };
        }

        if (JournalFormat.Complaint(entry, _plan) is var (key, expected, found))
        {
            throw new ArgumentException($"{key}: expected {expected}, found {found}");
        }

        var isDue = (NextStep + 1) % _stepsPerFlush == 0;
        var isFlushed = isDue || entry.Evaluations.Any();

        // The gradient first: a line without its gradient would be of no use.
        if (_gradients is not null)
        {
            Write(_gradients, bytes, isFlushed, "a gradient");
        }

        Write(_stream, [.. JournalFormat.Write(entry with { Time = _time.GetUtcNow() }), (byte)'\n'], isFlushed, "a line");
        NextStep++;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream.Dispose();
        _gradients?.Dispose();
    }

    /// <summary>The gradients of the first steps, cut behind them; null for estimators without.</summary>
    private static FileStream? OpenGradients(string path, JournalHeader header, long steps)
    {
        if (!header.Optimizer.EstimatorInForce.UsesGradient())
        {
            return null;
        }

        var length = steps * GradientFile.BytesOfStep(header.Layout);
        var found = File.Exists(GradientFile.Beside(path)) ? new FileInfo(GradientFile.Beside(path)).Length : 0;
        if (found < length)
        {
            // Nothing was opened: a file that is made here would be taken for one whose end was lost.
            throw new JournalException(
                FormattableString.Invariant($"{GradientFile.Beside(path)}: expected the gradients of {steps} steps, {length} bytes, found ")
                    + FormattableString.Invariant($"{found}. Restore the run folder as it was written, or start a new run.")
            );
        }

        var file = Open(GradientFile.Beside(path), FileMode.OpenOrCreate, "the gradients of the run cannot be written");
        file.SetLength(length);
        file.Seek(0, SeekOrigin.End);
        return file;
    }

    /// <summary>The journal; the gradients are let go where it cannot be opened.</summary>
    private static FileStream OpenBeside(FileStream? gradients, string path, FileMode mode, string complaint)
    {
        try
        {
            return Open(path, mode, complaint);
        }
        catch
        {
            gradients?.Dispose();
            throw;
        }
    }

    private static FileStream Open(string path, FileMode mode, string complaint)
    {
        try
        {
            // No buffer: a line is one write.
            return new FileStream(path, mode, FileAccess.Write, FileShare.Read, bufferSize: 0);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new FineTuneException($"{path}: {complaint}: {error.Message}", FineTuneFailure.Output);
        }
    }

    private static void Write(FileStream file, ReadOnlySpan<byte> bytes, bool flushToDisk, string what)
    {
        try
        {
            file.Write(bytes);
            file.Flush(flushToDisk);
        }
        catch (IOException error)
        {
            throw new FineTuneException($"{file.Name}: {what} could not be written: {error.Message}", FineTuneFailure.Output);
        }
    }
}
