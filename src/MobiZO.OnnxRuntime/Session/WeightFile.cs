using System.IO.MemoryMappedFiles;
using System.Text.Json;
using MobiZO.Checkpoints;
using MobiZO.Programs;
using MobiZO.Programs.Building;

namespace MobiZO.OnnxRuntime.Session;

/// <summary>
/// The frozen weights of one checkpoint in one file, memory-mapped. Written once (to a temporary name, then renamed), read by every session; the
/// operating system loads pages when they are used and drops them when memory is short.
/// </summary>
internal sealed unsafe class WeightFile : IDisposable
{
    public const string FileName = "weights.bin";
    private const string IndexName = "weights.json";

    // Engines of one process that meet a checkpoint for the first time together: one writes, the others wait and use it.
    private static readonly Lock s_writing = new();

    private static int s_temporaries;

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
            var isWhole = File.Exists(index) && File.Exists(path) && new FileInfo(path).Length == layout.Length && File.ReadAllText(index) == expected;
            if (!isWhole)
            {
                Guard(folder, () => Directory.CreateDirectory(folder));
                RequireSpace(path, layout.Length);
                Guard(folder, () =>
                {
                    // Removed first: an index beside weights says that they are whole.
                    File.Delete(index);
                    Write(path, layout, progress);
                    WriteAtomically(index, System.Text.Encoding.UTF8.GetBytes(expected));
                });
            }
        }

        return new WeightFile(folder, layout);
    }

    public IntPtr AddressOf(long offset) => (IntPtr)(_start + offset);

    /// <summary>Copies the weights of one program into a file of its own, in the order of its weights.</summary>
    public static WeightLayout Export(string path, IWeightSource source, IReadOnlyList<Weight> weights)
    {
        var layout = WeightLayout.Of(source, weights.Select(weight => weight.Name));
        RequireSpace(path, layout.Length);
        Write(path, layout, null);
        return layout;
    }

    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }

    private static void Write(string path, WeightLayout layout, IProgress<double>? progress)
    {
        var temporary = TemporaryName(path);
        try
        {
            using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16))
            {
                new WeightWriter(layout, stream).Write(progress);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>A name beside a file that no other writer uses, in this process or another.</summary>
    private static string TemporaryName(string path) => $"{path}.{Environment.ProcessId}-{Interlocked.Increment(ref s_temporaries)}.tmp";

    /// <summary>Writes into the cache; a refusal says which folder and how to choose another.</summary>
    public static void Guard(string folder, Action write)
    {
        try
        {
            write();
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            throw new IOException($"The cache folder '{folder}' cannot be written: {exception.Message} Choose another with the environment variable MOBIZO_CACHE or the cache option.", exception);
        }
    }

    /// <summary>Bytes free where a folder is or would be; null when the system does not say (a network share without a drive letter, for one).</summary>
    public static long? FindFreeSpace(string folder)
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

    private static void RequireSpace(string path, long length)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (FindFreeSpace(folder) is { } free && free < length)
        {
            throw new IOException($"The converted weights need {length >> 20} MB in '{folder}'; {free >> 20} MB are free. Free some space or set another cache folder.");
        }
    }

    /// <summary>Writes a small file under a temporary name and renames it.</summary>
    public static void WriteAtomically(string path, byte[] bytes)
    {
        var temporary = TemporaryName(path);
        File.WriteAllBytes(temporary, bytes);
        File.Move(temporary, path, overwrite: true);
    }
}
