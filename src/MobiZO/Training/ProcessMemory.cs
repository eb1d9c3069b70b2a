using System.Diagnostics;

namespace MobiZO.Training;

/// <summary>The memory of this process.</summary>
internal static class ProcessMemory
{
    /// <summary>Largest resident memory so far, in bytes.</summary>
    public static long Peak()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}
