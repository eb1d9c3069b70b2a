using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace MobiZO.Checkpoints.Storage;

/// <summary>
/// A whole file mapped into memory, read only. Pages come in when they are touched, so opening a file of many gigabytes is cheap.
/// </summary>
/// <remarks>
/// Another process that shortens the file while it is mapped breaks the mapping; nothing in managed code can guard against that.
/// </remarks>
internal sealed class MappedFile : IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    private MappedFile(string path, FileStamp stamp, MemoryMappedFile file, MemoryMappedViewAccessor view)
    {
        Path = path;
        Stamp = stamp;
        _file = file;
        _view = view;
    }

    /// <summary>The path it was opened by.</summary>
    public string Path { get; }

    /// <summary>Bytes in the file.</summary>
    public long Length => Stamp.Length;

    /// <summary>What the system said of the file when it was opened.</summary>
    public FileStamp Stamp { get; }

    /// <summary>The mapping, for who keeps its bytes longer than a call.</summary>
    public SafeMemoryMappedViewHandle View => _view.SafeMemoryMappedViewHandle;

    /// <summary>Maps a file.</summary>
    /// <exception cref="CheckpointException">It is missing, a folder, empty or unreadable.</exception>
    public static MappedFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path))
        {
            throw new CheckpointException($"{path}: expected a file, found a folder.");
        }

        if (!File.Exists(path))
        {
            throw new CheckpointException($"{path}: no such file.");
        }

        try
        {
            return Map(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new CheckpointException($"{path}: the file could not be opened: {error.Message}", error);
        }
    }

    /// <summary>Borrows the bytes; dispose it when done. Safe from many threads, also while another disposes the file.</summary>
    /// <exception cref="ObjectDisposedException">The file was disposed.</exception>
    public MappedBytes Borrow() => new(_view.SafeMemoryMappedViewHandle, Length);

    /// <summary>
    /// Gives the pages that were touched back to the system, which keeps them while it has room; those that are used come in again.
    /// </summary>
    public unsafe void ReleasePages()
    {
        using var bytes = Borrow();
        fixed (byte* start = bytes.Slice(0, 1))
        {
            MappedPages.Release(start, Length);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }

    private static MappedFile Map(string path)
    {
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        MemoryMappedFile? file = null;
        try
        {
            var stamp = FileStamp.Of(stream.SafeFileHandle);
            if (stamp.Length == 0)
            {
                throw new CheckpointException($"{path}: the file is empty.");
            }

            file = MemoryMappedFile.CreateFromFile(
                stream,
                null,
                0,
                MemoryMappedFileAccess.Read,
                HandleInheritability.None,
                leaveOpen: false
            );
            return new MappedFile(path, stamp, file, file.CreateViewAccessor(0, stamp.Length, MemoryMappedFileAccess.Read));
        }
        catch
        {
            file?.Dispose();
            stream.Dispose();
            throw;
        }
    }
}
