using System.Security.Cryptography;
using System.Text;
using MobiZO.Checkpoints.Storage;

namespace MobiZO.Checkpoints.WeightFiles;

/// <summary>
/// The frozen weights of one checkpoint in one file, memory-mapped. Written once (to a temporary name, then renamed), read by every
/// session; the operating system loads pages when they are used and drops them when memory is short.
/// </summary>
/// <remarks>
/// Beside it lie an index, with what it was made from and a hash of each of its blocks, and the stamp that the file had when its blocks
/// were last found right: as long as that is the same, it is not read again.
/// </remarks>
internal sealed unsafe class WeightFile : IDisposable
{
    // Part of the cache key: raise it when the cached files change.
    private const string CacheVersion = "2";

    public const string FileName = "weights.bin";
    private const string IndexName = "weights.json";
    private const string StampName = "weights.stamp";

    // Engines of one process that meet a checkpoint for the first time together: one writes, the others wait and use it.
    private static readonly Lock s_writing = new();

    private readonly MappedFile _file;
    private readonly byte* _start;
    private bool _isDisposed;

    private WeightFile(string folder, WeightLayout layout, MappedFile file)
    {
        Layout = layout;
        Folder = folder;
        _file = file;
        _file.View.AcquirePointer(ref _start);
    }

    public string Folder { get; }

    public WeightLayout Layout { get; }

    /// <summary>Opens the file of a checkpoint, writing it first when it is absent, not whole, or made from other bytes.</summary>
    /// <param name="folder">Folder of this checkpoint in the cache.</param>
    /// <param name="source">The checkpoint, in the format of the file.</param>
    /// <param name="content">Changes with every byte of the checkpoint's files.</param>
    /// <param name="progress">Told the share written, 0 to 1; may be null.</param>
    /// <param name="warnings">Told why a file that was there is made anew; may be null.</param>
    public static WeightFile Open(
        string folder,
        IWeightSource source,
        string content,
        IProgress<double>? progress,
        IProgress<string>? warnings = null
    )
    {
        var layout = WeightLayout.Of(source, source.Names.Order(StringComparer.Ordinal));
        lock (s_writing)
        {
            var (file, fault) = FindWhole(folder, layout, content);
            if (fault is not null)
            {
                warnings?.Report($"The converted weights in '{folder}' are made anew: {fault}.");
            }

            return new WeightFile(folder, layout, file ?? Write(folder, layout, content, progress));
        }
    }

    /// <summary>The file of a checkpoint in a cache: engines that want the same format share it.</summary>
    /// <param name="cacheFolder">The cache.</param>
    /// <param name="source">The checkpoint, in the format of the file.</param>
    /// <param name="progress">Told the share written, 0 to 1; may be null.</param>
    /// <param name="warnings">Told why a file that was there is made anew; may be null.</param>
    public static WeightFile OpenIn(
        string cacheFolder,
        IWeightSource source,
        IProgress<double>? progress,
        IProgress<string>? warnings = null
    )
    {
        var content = (source as IContentSource)?.ContentHash(cacheFolder) ?? source.Fingerprint;
        return Open(FolderIn(cacheFolder, source), source, content, progress, warnings);
    }

    /// <summary>Gives the pages that were touched back to the system; those that are used come in again.</summary>
    public void ReleasePages() => _file.ReleasePages();

    public IntPtr AddressOf(long offset) => (IntPtr)(_start + offset);

    /// <summary>Copies the weights of one program into a file of its own, in the order of its weights.</summary>
    public static WeightLayout Export(string path, IWeightSource source, IEnumerable<string> names)
    {
        var layout = WeightLayout.Of(source, names);
        DiskSpace.Require(
            Path.GetDirectoryName(Path.GetFullPath(path))!,
            layout.Length,
            "The exported weights",
            "Free some space or choose another output folder."
        );
        AtomicFile.Write(path, stream => new WeightWriter(layout, stream).Write(null));
        return layout;
    }

    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        _file.View.ReleasePointer();
        _file.Dispose();
    }

    /// <summary>The file when every byte of it is right; else why one that is there cannot be used.</summary>
    private static (MappedFile? File, string? Fault) FindWhole(string folder, WeightLayout layout, string content)
    {
        var (path, indexPath) = (Path.Combine(folder, FileName), Path.Combine(folder, IndexName));
        if (!File.Exists(path) || !File.Exists(indexPath))
        {
            return (null, null);
        }

        if (WeightIndex.Read(indexPath) is not { } index || !index.Fits(layout))
        {
            return (null, $"{IndexName} is damaged, or another version of the program wrote it");
        }

        if (index.Content != content)
        {
            return (null, "the files of the model have changed since");
        }

        MappedFile? file = null;
        try
        {
            file = MappedFile.Open(path);
            if (FaultOf(file, index, layout, Path.Combine(folder, StampName)) is not { } fault)
            {
                return (file, null);
            }

            file.Dispose();
            return (null, fault);
        }
        catch (CheckpointException error)
        {
            file?.Dispose();
            return (null, error.Message.TrimEnd('.'));
        }
    }

    private static string FolderIn(string cacheFolder, IWeightSource source) =>
        Path.Combine(
            cacheFolder,
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{CacheVersion}\n{source.Fingerprint}")))[..24]
        );

    private static string? FaultOf(MappedFile file, WeightIndex index, WeightLayout layout, string stampPath)
    {
        if (file.Length != layout.Length)
        {
            return FormattableString.Invariant($"{FileName} has {file.Length} bytes instead of {layout.Length}");
        }

        if (ReadStamp(stampPath) == index.StampOf(file))
        {
            return null;
        }

        if (BlockHashes.FindWrong(file, index.Blocks) is { } block)
        {
            var start = (long)block * BlockHashes.BlockBytes;
            return FormattableString.Invariant(
                $"{FileName} is damaged between byte {start} and {Math.Min(start + BlockHashes.BlockBytes, file.Length)}"
            );
        }

        WriteStamp(stampPath, index.StampOf(file));
        return null;
    }

    private static MappedFile Write(string folder, WeightLayout layout, string content, IProgress<double>? progress)
    {
        Guard(folder, () => Directory.CreateDirectory(folder));
        DiskSpace.Require(folder, layout.Length, "The converted weights", "Free some space or set another cache folder.");
        var (path, indexPath) = (Path.Combine(folder, FileName), Path.Combine(folder, IndexName));
        Guard(
            folder,
            () =>
            {
                // Removed first: an index beside weights says that they are whole.
                File.Delete(indexPath);
                File.Delete(Path.Combine(folder, StampName));
                AtomicFile.Write(path, stream => new WeightWriter(layout, stream).Write(progress));
            }
        );
        (layout.Source as IContentSource)?.ReleasePages();
        var file = MappedFile.Open(path);
        try
        {
            var index = WeightIndex.Of(layout, content, file);
            Guard(folder, () => AtomicFile.Write(indexPath, index.ToBytes()));
            WriteStamp(Path.Combine(folder, StampName), index.StampOf(file));
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static string? ReadStamp(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllText(path) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static void WriteStamp(string path, string stamp)
    {
        try
        {
            AtomicFile.Write(path, System.Text.Encoding.UTF8.GetBytes(stamp));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Without the stamp the next start reads the file again, and that is all.
        }
    }

    /// <summary>Writes into the cache; a refusal says which folder and how to choose another.</summary>
    public static void Guard(string folder, Action write)
    {
        try
        {
            write();
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            throw new IOException(
                $"The cache folder '{folder}' cannot be written: {exception.Message} Choose another with the environment variable "
                    + $"MOBIZO_CACHE or the cache option.",
                exception
            );
        }
    }
}
