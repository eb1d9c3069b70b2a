using System.Runtime.InteropServices;

namespace MobiZO.Checkpoints.Storage;

/// <summary>Tells files from pipes and devices, without opening them: a pipe waits for its other end.</summary>
internal static partial class FileKind
{
    private const int CurrentFolder = -100;
    private const uint TypeOnly = 1;
    private const int ModePlace = 28;
    private const int KindMask = 0xF000;
    private const int OrdinaryKind = 0x8000;
    private const int StatBytes = 256;

    /// <summary>Whether a path that exists is a pipe, a device or the like; links are followed.</summary>
    public static bool IsStream(string path)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        if (OperatingSystem.IsLinux() && KindOf(path) is { } kind)
        {
            return kind != OrdinaryKind;
        }

        var full = Path.GetFullPath(path);
        return full.StartsWith("/dev/", StringComparison.Ordinal) || full.StartsWith(@"\\.\", StringComparison.Ordinal);
    }

    private static int? KindOf(string path)
    {
        var stat = new byte[StatBytes];
        try
        {
            return Read(CurrentFolder, path, 0, TypeOnly, stat) == 0 ? BitConverter.ToUInt16(stat, ModePlace) & KindMask : null;
        }
        catch (EntryPointNotFoundException)
        {
            // A C library from before 2018.
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Read(int folder, string path, int flags, uint mask, [Out] byte[] stat);
}
