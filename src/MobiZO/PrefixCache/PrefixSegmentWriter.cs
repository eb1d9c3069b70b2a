using System.Security.Cryptography;
using MobiZO.Checkpoints.Storage;

namespace MobiZO.PrefixCache;

/// <summary>
/// Writes one cache file under a temporary name; it gets its name when it is whole, so that a reader sees all of it or nothing.
/// </summary>
internal sealed class PrefixSegmentWriter : IDisposable
{
    private readonly string _folder;
    private readonly byte[] _key;
    private readonly long _bytesPerToken;
    private readonly StagedFile _file;
    private readonly List<PrefixSegmentEntry> _entries = [];

    /// <exception cref="IOException">The folder cannot be written.</exception>
    public PrefixSegmentWriter(string folder, byte[] key, long bytesPerToken)
    {
        (_folder, _key, _bytesPerToken) = (folder, key, bytesPerToken);
        Directory.CreateDirectory(folder);

        _file = StagedFile.In(folder);
        _file.Stream.Position = PrefixSegmentFormat.HeaderBytes;
    }

    public int Count => _entries.Count;

    public void Add(UInt128 key, int tokens, ReadOnlyMemory<byte> numbers)
    {
        // Half of the time between two engine runs: another core does it meanwhile.
        var sum = Task.Run(() => SHA256.HashData(numbers.Span));
        var start =
            (_file.Stream.Position + PrefixSegmentFormat.Alignment - 1) / PrefixSegmentFormat.Alignment * PrefixSegmentFormat.Alignment;
        _file.Stream.Position = start;
        try
        {
            _file.Stream.Write(numbers.Span);
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

        var indexStart = _file.Stream.Position;
        _file.Stream.Write(index);
        _file.Stream.Position = 0;
        _file.Stream.Write(PrefixSegmentFormat.WriteHeader(_key, _bytesPerToken, index, indexStart));

        // Named by its content: two processes that computed the same give the same file, and either of them may win.
        var path = Path.Combine(_folder, Convert.ToHexStringLower(SHA256.HashData(index))[..24] + PrefixFolder.Extension);
        _file.Commit(path);
        return path;
    }

    public void Dispose() => _file.Dispose();
}
