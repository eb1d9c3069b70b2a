using System.Diagnostics;

namespace MobiZO.TrainBench.Machine;

/// <summary>Largest resident memory of this process.</summary>
internal static class ResidentPeak
{
    public static long Bytes
    {
        get
        {
            using var process = Process.GetCurrentProcess();
            return process.PeakWorkingSet64;
        }
    }

    /// <summary>
    /// Starts counting anew from what is resident now. False where the system cannot: then the peak is that of the whole process.
    /// </summary>
    public static bool TryReset()
    {
        // Linux: 5 resets VmHWM of the process to its present resident set (proc_pid_clear_refs(5)).
        const string File = "/proc/self/clear_refs";
        try
        {
            if (OperatingSystem.IsLinux())
            {
                System.IO.File.WriteAllText(File, "5");
                return true;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Some containers hide the file.
        }

        return false;
    }
}
