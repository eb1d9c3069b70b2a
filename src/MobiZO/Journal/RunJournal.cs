namespace MobiZO.Journal;

/// <summary>
/// A journal read from disk: JSON Lines, a header and then one line a step, with the evaluation behind it where one was due.
/// </summary>
public sealed class RunJournal
{
    private readonly long[] _lineEnds;

    private RunJournal(string path, JournalHeader header, IReadOnlyList<JournalEntry> entries, long[] lineEnds, bool hasTornTail)
    {
        Path = path;
        Header = header;
        Entries = entries;
        Evaluations = [.. entries.SelectMany(entry => entry.Evaluations)];
        _lineEnds = lineEnds;
        HasTornTail = hasTornTail;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The first line.</summary>
    public JournalHeader Header { get; }

    /// <summary>The steps in order: entry n is step n.</summary>
    public IReadOnlyList<JournalEntry> Entries { get; }

    /// <summary>The evaluations in order.</summary>
    public IReadOnlyList<JournalEvaluation> Evaluations { get; }

    /// <summary>
    /// True when the file ends inside a line, as after a kill, or in steps whose gradients did not reach the disk; they are left out.
    /// </summary>
    public bool HasTornTail { get; }

    /// <summary>Reads a journal; another process may be writing it. To go on reading, use <see cref="JournalFollower"/>.</summary>
    /// <exception cref="JournalException">The file is missing, has no header, or a whole line is broken or out of order.</exception>
    public static RunJournal Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ReadOnlyMemory<byte> bytes = ReadBytes(path);
        var reader = new JournalReader(path);
        var ends = new List<long>();
        var lines = new List<JournalEntry>();
        var start = 0;
        while (bytes.Span[start..].IndexOf((byte)'\n') is >= 0 and var length)
        {
            if (reader.Read(bytes.Slice(start, length)) is { } line)
            {
                lines.Add(line);
            }

            start += length + 1;
            ends.Add(start);
        }

        return reader.Header is { } header
            ? new RunJournal(path, header, lines, [.. ends], start < bytes.Length)
            : throw new JournalException(
                $"{path}: expected a header line, found {(bytes.IsEmpty ? "an empty file" : "no whole line")}; delete the file and "
                    + $"start the run again"
            );
    }

    /// <summary>The journal as if it had been torn behind its first steps.</summary>
    internal RunJournal TornAfter(int steps) =>
        steps == Entries.Count ? this : new RunJournal(Path, Header, [.. Entries.Take(steps)], _lineEnds, hasTornTail: true);

    /// <summary>Length of the file up to and with the first <paramref name="steps"/> steps.</summary>
    internal long LengthAfter(long steps) => _lineEnds[steps];

    private static byte[] ReadBytes(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[stream.Length];
            var count = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return bytes[..count];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or OverflowException)
        {
            throw new JournalException($"{path}: the journal cannot be read: {error.Message}", error);
        }
    }
}
