namespace MobiZO.ExecuTorch;

/// <summary>
/// A folder of the cache for the program files of one engine. A locked file beside it says that its owner lives: the file system's lock
/// ends with the process, and holds in every container and for every user that shares the cache.
/// </summary>
internal sealed class ProgramFolder : IDisposable
{
    private const string Prefix = "executorch-",
        LockExtension = ".lock";

    private readonly FileStream _lock;

    private ProgramFolder(string path, FileStream held) => (Path, _lock) = (path, held);

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Makes a folder, after removing those that processes left which were killed.</summary>
    /// <param name="cache">The cache; it must exist.</param>
    /// <exception cref="IOException">The cache cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The cache belongs to another user.</exception>
    public static ProgramFolder Create(string cache)
    {
        RemoveLeftovers(cache);
        var path = System.IO.Path.Combine(cache, $"{Prefix}{Guid.NewGuid():n}");

        // The lock first: a folder without one has no owner.
        var held = new FileStream(path + LockExtension, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        try
        {
            Directory.CreateDirectory(path);
            return new ProgramFolder(path, held);
        }
        catch
        {
            held.Dispose();
            Try(() => File.Delete(path + LockExtension));
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // A file that is still mapped cannot be deleted on some systems; the next engine removes what stays.
        Try(() => Directory.Delete(Path, recursive: true));
        _lock.Dispose();
        if (!Directory.Exists(Path))
        {
            Try(() => File.Delete(Path + LockExtension));
        }
    }

    private static void RemoveLeftovers(string cache)
    {
        foreach (var folder in Directory.GetDirectories(cache, Prefix + "*"))
        {
            Try(() => RemoveUnlessLocked(folder));
        }
    }

    /// <exception cref="IOException">The folder has an owner.</exception>
    /// <exception cref="UnauthorizedAccessException">It belongs to another user.</exception>
    private static void RemoveUnlessLocked(string folder)
    {
        var path = folder + LockExtension;
        using var taken = File.Exists(path) ? new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None) : null;
        Directory.Delete(folder, recursive: true);
        taken?.Dispose();
        File.Delete(path);
    }

    /// <summary>A cache that others use too must not stop a run.</summary>
    private static void Try(Action action)
    {
        try
        {
            action();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Another process has it, or removes it too.
        }
    }
}
