using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace MobiZO.PrefixCache;

/// <summary>Writes one cache file under a temporary name; it gets its name when it is whole, so that a reader sees all of it or nothing.</summary>
internal sealed class PrefixSegmentWriter : IDisposable
{
    public const string TemporaryPattern = "*.tmp";
    private static int s_temporaries;

    private readonly string _folder;
    private readonly byte[] _key;
    private readonly long _bytesPerToken;
    private readonly string _temporary;
    private readonly FileStream _stream;
    private readonly List<PrefixSegmentEntry> _entries = [];
    private bool _isDone;

    /// <exception cref="IOException">The folder cannot be written.</exception>
    public PrefixSegmentWriter(string folder, byte[] key, long bytesPerToken)
    {
        (_folder, _key, _bytesPerToken) = (folder, key, bytesPerToken);
        Directory.CreateDirectory(folder);

        // No other process or store writes to this name, and the lock says that its writer lives.
        _temporary = Path.Combine(folder, FormattableString.Invariant($"{Environment.ProcessId}-{Interlocked.Increment(ref s_temporaries)}.tmp"));
        _stream = new FileStream(_temporary, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16);
        _stream.Position = PrefixSegmentFormat.HeaderBytes;
    }

    public int Count => _entries.Count;

    /// <summary>Whether the process that a temporary file is named after runs on this machine.</summary>
    public static bool IsWriterAlive(string path)
    {
        if (!int.TryParse(Path.GetFileName(path).Split('-')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var id))
        {
            return false;
        }

        try
        {
            using var process = Process.GetProcessById(id);
            return !process.HasExited;
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }

    public void Add(UInt128 key, int tokens, ReadOnlyMemory<byte> numbers)
    {
        // Half of the time between two engine runs: another core does it meanwhile.
        var sum = Task.Run(() => SHA256.HashData(numbers.Span));
        var start = (_stream.Position + PrefixSegmentFormat.Alignment - 1) / PrefixSegmentFormat.Alignment * PrefixSegmentFormat.Alignment;
        _stream.Position = start;
        try
        {
            _stream.Write(numbers.Span);
        }
        finally
        {
            // The memory is the caller's again when this returns, whatever happened.
            sum.Wait();
        }

        _entries.Add(new PrefixSegmentEntry(key, start, tokens, sum.Result));
    }

    /// <summary>Completes the file and gives it its name.</summary>
    /// <returns>Its path.</returns>
    /// <exception cref="IOException">It cannot be written.</exception>
    public string Commit()
    {
        var index = new byte[_entries.Count * PrefixSegmentFormat.IndexBytes];
        for (var i = 0; i < _entries.Count; i++)
        {
            PrefixSegmentFormat.WriteEntry(index.AsSpan(i * PrefixSegmentFormat.IndexBytes), _entries[i]);
        }

        var indexStart = _stream.Position;
        _stream.Write(index);
        _stream.Position = 0;
        _stream.Write(PrefixSegmentFormat.WriteHeader(_key, _bytesPerToken, index, indexStart));
        _stream.Flush(flushToDisk: true);
        _stream.Dispose();

        // Named by its content: two processes that computed the same give the same file, and either of them may win.
        var path = Path.Combine(_folder, Convert.ToHexStringLower(SHA256.HashData(index))[..24] + PrefixFolder.Extension);
        File.Move(_temporary, path, overwrite: true);
        _isDone = true;
        return path;
    }

    public void Dispose()
    {
        if (_isDone)
        {
            return;
        }

        _isDone = true;
        PrefixFolder.Try(_stream.Dispose);
        PrefixFolder.Try(() => File.Delete(_temporary));
    }
}
