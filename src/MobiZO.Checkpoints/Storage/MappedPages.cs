namespace MobiZO.Checkpoints.Storage;

/// <summary>
/// Pages of mapped files. They count as memory of the process from the moment that they are touched, long after they were needed for the
/// last time.
/// </summary>
internal static unsafe class MappedPages
{
    // MADV_DONTNEED of Linux. Elsewhere the number means something else or nothing.
    private const int DoNotNeed = 4;

    private static readonly delegate* unmanaged<void*, nuint, int, int> s_advise = (delegate* unmanaged<void*, nuint, int, int>)
        CLibrary.Find("madvise");

    /// <summary>Gives the pages of a read-only mapping back to the system; does nothing where it takes no such advice.</summary>
    /// <param name="start">Where the mapping begins.</param>
    /// <param name="length">Its bytes.</param>
    public static void Release(byte* start, long length)
    {
        if (s_advise is not null)
        {
            // A hint: a system that does not take it keeps the pages.
            _ = s_advise(start, (nuint)length, DoNotNeed);
        }
    }
}
