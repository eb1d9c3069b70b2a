using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace MobiZO.Checkpoints.Storage;

/// <summary>
/// What the system says of a file without reading it: length, times and, where there is one, the inode. A file whose stamp is the same was
/// not written since; one whose stamp differs may still hold the same bytes.
/// </summary>
/// <param name="Length">Bytes.</param>
/// <param name="Modified">When its bytes were written last, in ns since 1970.</param>
/// <param name="Changed">
/// When anything of it changed last, in ns since 1970; no program can set it back. 0 where the system has none.
/// </param>
/// <param name="Inode">Its number in the file system; 0 where the system has none.</param>
internal readonly record struct FileStamp(long Length, long Modified, long Changed, ulong Inode)
{
    private const long NanosecondsPerTick = 100;

    // FAT keeps even seconds; other systems are finer.
    private static readonly TimeSpan s_coarsestClock = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Whether the file is older than the coarsest clock of a file system: a change of one that is not may leave its stamp as it is.
    /// </summary>
    public bool IsSettled => Math.Max(Modified, Changed) < Nanoseconds(DateTime.UtcNow - s_coarsestClock);

    /// <summary>The stamp of an open file.</summary>
    public static FileStamp Of(SafeFileHandle handle)
    {
        long length = RandomAccess.GetLength(handle);
        if (LinuxStatus.Of(handle) is { } status)
        {
            return new FileStamp(length, status.Modified, status.Changed, status.Inode);
        }

        return new FileStamp(length, Nanoseconds(File.GetLastWriteTimeUtc(handle)), 0, 0);
    }

    /// <summary>On one line, for a file.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Length} {Modified} {Changed} {Inode}");

    private static long Nanoseconds(DateTime time) => (time - DateTime.UnixEpoch).Ticks * NanosecondsPerTick;
}
