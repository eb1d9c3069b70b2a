using System.IO.MemoryMappedFiles;
using System.Security.Cryptography;

namespace MobiZO.PrefixCache;

/// <summary>One cache file, mapped piece by piece. It never changes once it has its name.</summary>
internal sealed class PrefixSegment : IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly long _bytesPerToken;
    private readonly Dictionary<UInt128, PrefixSegmentEntry> _entries = [];

    private PrefixSegment(string path, MemoryMappedFile file, long bytesPerToken)
    {
        (Path, _file, _bytesPerToken) = (path, file, bytesPerToken);
    }

    public string Path { get; }

    /// <summary>
    /// Maps a file; null when it is torn, foreign or its index is damaged. The numbers are checked by <see cref="Find"/>.
    /// </summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static PrefixSegment? Open(string path, ReadOnlySpan<byte> key, long bytesPerToken)
    {
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        try
        {
            var header = new byte[PrefixSegmentFormat.HeaderBytes];
            var read = stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
            if (PrefixSegmentFormat.FindIndex(header.AsSpan(0, read), key, bytesPerToken, stream.Length) is not var (start, length))
            {
                stream.Dispose();
                return null;
            }

            var index = new byte[length];
            stream.Position = start;
            stream.ReadExactly(index);
            if (PrefixSegmentFormat.ReadIndex(header, index, bytesPerToken) is not { } entries)
            {
                stream.Dispose();
                return null;
            }

            var file = MemoryMappedFile.CreateFromFile(
                stream,
                null,
                0,
                MemoryMappedFileAccess.Read,
                HandleInheritability.None,
                leaveOpen: false
            );
            var segment = new PrefixSegment(path, file, bytesPerToken);
            foreach (var entry in entries)
            {
                segment._entries.TryAdd(entry.Key, entry);
            }

            return segment;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Whether the file has a sequence.</summary>
    public bool Has(UInt128 key, int tokens) => _entries.TryGetValue(key, out var entry) && entry.Tokens == tokens;

    /// <summary>The numbers of a sequence that the file has; unchecked.</summary>
    public PrefixEntry Find(UInt128 key)
    {
        var entry = _entries[key];
        return new MappedPrefix(_file, entry.Start, checked((int)(entry.Tokens * _bytesPerToken)));
    }

    /// <summary>Whether the numbers of a sequence are those that were written.</summary>
    public bool IsSound(UInt128 key)
    {
        using var numbers = Find(key).Open();
        return SHA256.HashData(numbers.Memory.Span).AsSpan().SequenceEqual(_entries[key].Sum);
    }

    public void Dispose() => _file.Dispose();
}
