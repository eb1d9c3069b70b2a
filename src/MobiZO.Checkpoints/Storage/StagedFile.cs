using System.Diagnostics;
using System.Globalization;

namespace MobiZO.Checkpoints.Storage;

/// <summary>
/// A file that has a temporary name until it is whole. It is written beside its place, forced to disk and renamed, so a reader sees all of
/// it or nothing. Every file that something else reads is written this way.
/// </summary>
internal sealed class StagedFile : IDisposable
{
    /// <summary>Files that were begun and not finished, whoever left them.</summary>
    public const string Pattern = "*.tmp";

    private static int s_count;

    private readonly string _temporary;
    private bool _isDone;

    private StagedFile(string temporary)
    {
        _temporary = temporary;

        // The lock says that its writer lives.
        Stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16);
    }

    /// <summary>What is written so far.</summary>
    public FileStream Stream { get; }

    /// <summary>Begins a file that will replace another, or be new at its path. The folder must exist.</summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static StagedFile For(string path) => new($"{path}.{OwnName()}");

    /// <summary>Begins a file of a folder whose name is known when it is whole.</summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static StagedFile In(string folder) => new(Path.Combine(folder, OwnName()));

    /// <summary>Whether the process that a temporary file is named after runs on this machine.</summary>
    public static bool IsWriterAlive(string temporary)
    {
        var name = Path.GetFileNameWithoutExtension(temporary);
        var process = name[(name.LastIndexOf('.') + 1)..].Split('-')[0];
        if (!int.TryParse(process, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
        {
            return false;
        }

        try
        {
            using var writer = Process.GetProcessById(id);
            return !writer.HasExited;
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Forces the file to disk and gives it its name; a file of that name is replaced.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Commit(string path)
    {
        Stream.Flush(flushToDisk: true);
        Stream.Dispose();
        File.Move(_temporary, path, overwrite: true);
        _isDone = true;
    }

    /// <summary>Removes what was not committed.</summary>
    public void Dispose()
    {
        if (_isDone)
        {
            return;
        }

        _isDone = true;
        try
        {
            Stream.Dispose();
        }
        catch (IOException)
        {
            // What could not be written on closing is thrown away anyway.
        }

        try
        {
            File.Delete(_temporary);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The first error is the one to report.
        }
    }

    /// <summary>No other process and no other file of this one has this name.</summary>
    private static string OwnName() => FormattableString.Invariant($"{Environment.ProcessId}-{Interlocked.Increment(ref s_count)}.tmp");
}
