using System.Runtime.CompilerServices;

namespace MobiZO.Journal;

/// <summary>Reads a journal while another process writes it. One reader at a time.</summary>
public sealed class JournalFollower
{
    private readonly string _path;
    private readonly JournalReader _reader;
    private long _position;

    /// <summary>Follows a journal from its beginning; the file need not be there yet.</summary>
    /// <param name="path">The file, <c>journal.jsonl</c> of a run folder.</param>
    public JournalFollower(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _path = path;
        _reader = new JournalReader(path);
    }

    /// <summary>The first line; null until it was read.</summary>
    public JournalHeader? Header => _reader.Header;

    /// <summary>
    /// The steps, with their evaluations, that were written since the last call; none when there are no new ones. A line that is still
    /// being written is left for later.
    /// </summary>
    /// <exception cref="JournalException">The file cannot be read, a line is broken, or the file is shorter than what was read of it:
    /// the run goes on from an earlier step, or another run took its place.</exception>
    public IReadOnlyList<JournalEntry> ReadNew()
    {
        ReadOnlyMemory<byte> bytes = ReadOn();
        var lines = new List<JournalEntry>();
        var start = 0;
        while (bytes.Span[start..].IndexOf((byte)'\n') is >= 0 and var length)
        {
            if (_reader.Read(bytes.Slice(start, length)) is { } line)
            {
                lines.Add(line);
            }

            start += length + 1;
            _position += length + 1;
        }

        return lines;
    }

    /// <summary>Every step, with the evaluation behind it, as it comes, without end.</summary>
    /// <param name="interval">Time between two looks at the file.</param>
    /// <param name="time">The clock; null: the system's.</param>
    /// <param name="cancellation">Ends the following.</param>
    /// <exception cref="JournalException">As of <see cref="ReadNew"/>.</exception>
    public async IAsyncEnumerable<JournalEntry> FollowAsync(
        TimeSpan interval,
        TimeProvider? time = null,
        [EnumeratorCancellation] CancellationToken cancellation = default
    )
    {
        while (true)
        {
            foreach (var line in ReadNew())
            {
                yield return line;
            }

            await Task.Delay(interval, time ?? TimeProvider.System, cancellation).ConfigureAwait(false);
        }
    }

    private byte[] ReadOn()
    {
        try
        {
            using var stream = new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (stream.Length < _position)
            {
                throw new JournalException(
                    $"{_path}: the journal is shorter than what was read of it: the run goes on from an earlier step, or another run took "
                        + "its place; follow it from its beginning"
                );
            }

            var bytes = new byte[stream.Length - _position];
            stream.Seek(_position, SeekOrigin.Begin);
            var count = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return bytes[..count];
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException && _position == 0)
        {
            return [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or OverflowException)
        {
            throw new JournalException($"{_path}: the journal cannot be read: {error.Message}", error);
        }
    }
}
