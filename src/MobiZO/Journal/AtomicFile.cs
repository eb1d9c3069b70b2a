namespace MobiZO.Journal;

/// <summary>Writes whole files or nothing.</summary>
internal static class AtomicFile
{
    /// <summary>
    /// Writes to a temporary name in the same folder, forces it to disk and renames it over <paramref name="path"/>: whenever the process dies, the path
    /// holds the old file or the new one. When <paramref name="write"/> throws, the old file stays and the temporary one is removed.
    /// </summary>
    public static void Write(string path, Action<Stream> write)
    {
        var temporary = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            try
            {
                File.Delete(temporary);
            }
            catch (Exception cleanup) when (cleanup is IOException or UnauthorizedAccessException)
            {
                // The first error is the one to report.
            }

            throw;
        }
    }
}
