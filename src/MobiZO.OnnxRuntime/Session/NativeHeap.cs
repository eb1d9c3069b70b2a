using MobiZO.Checkpoints.Storage;

namespace MobiZO.OnnxRuntime.Session;

/// <summary>
/// The heap of native code. Reading a program takes more memory than running it, and the C library of Linux keeps what was freed, thread by
/// thread, unless it is told to give it back.
/// </summary>
internal static unsafe class NativeHeap
{
    // Only glibc has it; another C library (musl, those of other systems) keeps little.
    private static readonly delegate* unmanaged<nuint, int> s_trim = (delegate* unmanaged<nuint, int>)CLibrary.Find("malloc_trim");

    /// <summary>Gives freed pages back to the system; does nothing where the C library has no such call.</summary>
    /// <returns>Whether it was called.</returns>
    public static bool Trim()
    {
        if (s_trim is null)
        {
            return false;
        }

        s_trim(0);
        return true;
    }
}
