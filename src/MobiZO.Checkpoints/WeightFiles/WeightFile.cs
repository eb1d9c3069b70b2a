using System.IO.MemoryMappedFiles;
using System.Text.Json;
using MobiZO.Checkpoints.Storage;

namespace MobiZO.Checkpoints.WeightFiles;

/// <summary>
/// The frozen weights of one checkpoint in one file, memory-mapped. Written once (to a temporary name, then renamed), read by every
/// session; the operating system loads pages when they are used and drops them when memory is short.
/// </summary>
internal sealed unsafe class WeightFile : IDisposable
{
    public const string FileName = "weights.bin";
    private const string IndexName = "weights.json";

    // Engines of one process that meet a checkpoint for the first time together: one writes, the others wait and use it.
    private static readonly Lock s_writing = new();

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _start;

    private WeightFile(string folder, WeightLayout layout)
    {
        Layout = layout;
        Folder = folder;
        _file = MemoryMappedFile.CreateFromFile(Path.Combine(folder, FileName), FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        _view = _file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
    }

    public string Folder { get; }

    public WeightLayout Layout { get; }

    /// <summary>Opens the file of a checkpoint, writing it first when it is absent or not whole.</summary>
    /// <param name="folder">Folder of this checkpoint in the cache.</param>
    /// <param name="source">The checkpoint, in the format of the file.</param>
    /// <param name="progress">Told the share written, 0 to 1; may be null.</param>
    public static WeightFile Open(string folder, IWeightSource source, IProgress<double>? progress)
    {
        var layout = WeightLayout.Of(source, source.Names.Order(StringComparer.Ordinal));
        var path = Path.Combine(folder, FileName);
        var index = Path.Combine(folder, IndexName);
        var expected = JsonSerializer.Serialize(new SortedDictionary<string, long>(layout.Starts.ToDictionary(), StringComparer.Ordinal));
        lock (s_writing)
        {
            var isWhole =
                File.Exists(index)
                && File.Exists(path)
                && new FileInfo(path).Length == layout.Length
                && File.ReadAllText(index) == expected;
            if (!isWhole)
            {
                Guard(folder, () => Directory.CreateDirectory(folder));
                DiskSpace.Require(folder, layout.Length, "The converted weights");
                Guard(
                    folder,
                    () =>
                    {
                        // Removed first: an index beside weights says that they are whole.
                        File.Delete(index);
                        AtomicFile.Write(path, stream => new WeightWriter(layout, stream).Write(progress));
                        AtomicFile.Write(index, System.Text.Encoding.UTF8.GetBytes(expected));
                    }
                );
            }
        }

        return new WeightFile(folder, layout);
    }

    public IntPtr AddressOf(long offset) => (IntPtr)(_start + offset);

    /// <summary>Copies the weights of one program into a file of its own, in the order of its weights.</summary>
    public static WeightLayout Export(string path, IWeightSource source, IEnumerable<string> names)
    {
        var layout = WeightLayout.Of(source, names);
        DiskSpace.Require(Path.GetDirectoryName(Path.GetFullPath(path))!, layout.Length, "The exported weights");
        AtomicFile.Write(path, stream => new WeightWriter(layout, stream).Write(null));
        return layout;
    }

    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
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
