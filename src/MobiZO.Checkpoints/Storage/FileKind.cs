namespace MobiZO.Checkpoints.Storage;

/// <summary>Tells files from pipes and devices, without opening them: a pipe waits for its other end.</summary>
internal static class FileKind
{
    /// <summary>Whether a path that exists is a pipe, a device or the like; links are followed.</summary>
    public static bool IsStream(string path)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        if (LinuxStatus.Of(path) is { } status)
        {
            return !status.IsOrdinary;
        }

        var full = Path.GetFullPath(path);
        return full.StartsWith("/dev/", StringComparison.Ordinal) || full.StartsWith(@"\\.\", StringComparison.Ordinal);
    }
}
