using System.Runtime.InteropServices;

namespace MobiZO.Checkpoints.Storage;

/// <summary>
/// Pages of mapped files. They count as memory of the process from the moment that they are touched, long after they were needed for the
/// last time.
/// </summary>
internal static unsafe partial class MappedPages
{
    // MADV_DONTNEED of Linux. Elsewhere the number means something else or nothing.
    private const int DoNotNeed = 4;

    /// <summary>Gives the pages of a mapping that is only read back to the system; does nothing but on Linux.</summary>
    /// <param name="start">Where the mapping begins.</param>
    /// <param name="length">Its bytes.</param>
    public static void Release(byte* start, long length)
    {
        if (OperatingSystem.IsLinux())
        {
            // A hint: a system that does not take it keeps the pages.
            _ = Advise(start, (nuint)length, DoNotNeed);
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}
