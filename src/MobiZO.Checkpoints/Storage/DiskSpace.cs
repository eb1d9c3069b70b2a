namespace MobiZO.Checkpoints.Storage;

/// <summary>Room on a disk.</summary>
internal static class DiskSpace
{
    /// <summary>
    /// Bytes free where a folder is or would be; null when the system does not say (a network share without a drive letter, for one).
    /// </summary>
    public static long? Free(string folder)
    {
        var existing = new DirectoryInfo(Path.GetFullPath(folder));
        while (!existing.Exists && existing.Parent is not null)
        {
            existing = existing.Parent;
        }

        try
        {
            return new DriveInfo(existing.FullName).AvailableFreeSpace;
        }
        catch (Exception exception) when (exception is ArgumentException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Fails when less is free than is needed; what the system does not say counts as enough.</summary>
    /// <param name="folder">Where something will be written.</param>
    /// <param name="bytes">How much.</param>
    /// <param name="what">What it is, for the message.</param>
    /// <param name="advice">What to do, a sentence.</param>
    /// <exception cref="IOException">Names the folder, what is needed and what is free.</exception>
    public static void Require(string folder, long bytes, string what, string advice)
    {
        if (Free(folder) is { } free && free < bytes)
        {
            throw new IOException(
                FormattableString.Invariant($"{what} need {bytes >> 20} MB in '{folder}'; {free >> 20} MB are free. {advice}")
            );
        }
    }
}
