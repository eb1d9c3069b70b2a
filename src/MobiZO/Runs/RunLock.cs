namespace MobiZO.Runs;

/// <summary>
/// The one owner of a run folder. The file system's lock ends with the process, however it ends, so that nothing is left which would stop
/// the next one.
/// </summary>
internal sealed class RunLock : IDisposable
{
    private const string FileName = "run.lock";

    private readonly string _folder;
    private readonly FileStream _stream;

    private RunLock(string folder, FileStream stream) => (_folder, _stream) = (folder, stream);

    /// <summary>Whether a run was begun in a folder.</summary>
    public static bool IsIn(string folder) => File.Exists(Path.Combine(folder, FileName));

    /// <summary>Takes the folder, which is made when it is not there.</summary>
    /// <exception cref="FineTuneException">Another process, or another run of this one, has it; or it cannot be written.</exception>
    public static RunLock Take(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            return new RunLock(
                folder,
                new FileStream(Path.Combine(folder, FileName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None)
            );
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new FineTuneException(
                error is IOException
                && File.Exists(Path.Combine(folder, FileName))
                && error is not (DirectoryNotFoundException or PathTooLongException)
                    ? $"'{folder}' is in use: another process starts or continues the run in this folder. Wait for its end, or choose "
                        + $"another output folder."
                    : $"'{folder}' cannot be written: {error.Message}",
                FineTuneFailure.Output
            );
        }
    }

    /// <summary>Lets the folder go; where no run came of it, nothing is left behind.</summary>
    public void Dispose()
    {
        var isAlone = Directory.Exists(_folder) && Directory.GetFileSystemEntries(_folder).Length == 1;
        if (isAlone && !OperatingSystem.IsWindows())
        {
            // While the lock still holds: whoever opens the file now is refused. Windows keeps open files.
            File.Delete(Path.Combine(_folder, FileName));
        }

        _stream.Dispose();
        if (isAlone)
        {
            TryDelete(_folder);
        }
    }

    private static void TryDelete(string folder)
    {
        try
        {
            if (OperatingSystem.IsWindows())
            {
                File.Delete(Path.Combine(folder, FileName));
            }

            // Elsewhere the file is gone already: one that is there now is the lock of another process, and keeps the folder.
            Directory.Delete(folder);
        }
        catch (IOException)
        {
            // Another process began a run in it.
        }
    }
}
