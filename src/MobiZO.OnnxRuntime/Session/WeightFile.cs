using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using System.Text.Json;
using MobiZO.Checkpoints;
using MobiZO.Programs;
using MobiZO.Programs.Building;

namespace MobiZO.OnnxRuntime.Session;

/// <summary>
/// The frozen weights of one checkpoint as fp32 in one file, each tensor on a page of its own, memory-mapped. Written once (to a temporary
/// name, then renamed), read by every session; the operating system loads pages when they are used and drops them when memory is short.
/// </summary>
internal sealed unsafe class WeightFile : IDisposable
{
    public const string FileName = "weights.bin";
    private const string IndexName = "weights.json";
    private const int Page = 4096;
    private const int ChunkValues = 1 << 20;

    // Engines of one process that meet a checkpoint for the first time together: one writes, the others wait and use it.
    private static readonly Lock s_writing = new();

    private static int s_temporaries;

    private readonly Dictionary<string, long> _offsets;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _start;

    private WeightFile(string folder, Dictionary<string, long> offsets)
    {
        _offsets = offsets;
        Folder = folder;
        _file = MemoryMappedFile.CreateFromFile(Path.Combine(folder, FileName), FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        _view = _file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
    }

    public string Folder { get; }

    /// <summary>Opens the file of a checkpoint, writing it first when it is absent or not whole.</summary>
    /// <param name="folder">Folder of this checkpoint in the cache.</param>
    /// <param name="source">The checkpoint.</param>
    /// <param name="progress">Told the share written, 0 to 1; may be null.</param>
    public static WeightFile Open(string folder, IWeightSource source, IProgress<double>? progress)
    {
        var (offsets, length) = Layout(source);
        var path = Path.Combine(folder, FileName);
        var index = Path.Combine(folder, IndexName);
        var expected = JsonSerializer.Serialize(new SortedDictionary<string, long>(offsets, StringComparer.Ordinal));
        lock (s_writing)
        {
            var isWhole = File.Exists(index) && File.Exists(path) && new FileInfo(path).Length == length && File.ReadAllText(index) == expected;
            if (!isWhole)
            {
                Guard(folder, () => Directory.CreateDirectory(folder));
                RequireSpace(path, length);
                Guard(folder, () =>
                {
                    // Removed first: an index beside weights says that they are whole.
                    File.Delete(index);
                    Write(path, source, offsets, length, progress);
                    WriteAtomically(index, System.Text.Encoding.UTF8.GetBytes(expected));
                });
            }
        }

        return new WeightFile(folder, offsets);
    }

    public long OffsetOf(Weight weight) =>
        _offsets.TryGetValue(weight.Name, out var offset) ? offset : throw new ProgramException($"The weight file has no tensor '{weight.Name}'.");

    public IntPtr AddressOf(Weight weight) => (IntPtr)(_start + OffsetOf(weight));

    /// <summary>Copies the weights of one program into a file of its own, in the order of its weights.</summary>
    public static Dictionary<string, long> Export(string path, IWeightSource source, IReadOnlyList<Weight> weights)
    {
        var offsets = new Dictionary<string, long>(StringComparer.Ordinal);
        var length = 0L;
        foreach (var weight in weights)
        {
            offsets.Add(weight.Name, length);
            length = Align(length + (weight.Count * sizeof(float)));
        }

        RequireSpace(path, length);
        Write(path, source, offsets, length, null);
        return offsets;
    }

    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }

    private static (Dictionary<string, long> Offsets, long Length) Layout(IWeightSource source)
    {
        var offsets = new Dictionary<string, long>(StringComparer.Ordinal);
        var length = 0L;
        foreach (var name in source.Names.Order(StringComparer.Ordinal))
        {
            offsets.Add(name, length);
            length = Align(length + (Count(source, name) * sizeof(float)));
        }

        return (offsets, length);
    }

    private static void Write(string path, IWeightSource source, Dictionary<string, long> offsets, long length, IProgress<double>? progress)
    {
        var temporary = TemporaryName(path);
        try
        {
            using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16))
            {
                stream.SetLength(length);
                var buffer = new float[ChunkValues];
                foreach (var (name, offset) in offsets)
                {
                    stream.Position = offset;
                    var count = Count(source, name);
                    for (var start = 0L; start < count; start += buffer.Length)
                    {
                        var chunk = buffer.AsSpan(0, (int)Math.Min(buffer.Length, count - start));
                        source.Read(name, start, chunk);
                        stream.Write(MemoryMarshal.AsBytes(chunk));
                    }

                    progress?.Report((double)Align(stream.Position) / Math.Max(length, 1));
                }

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
            throw new IOException($"The fp32 weights need {length >> 20} MB in '{folder}'; {free >> 20} MB are free. Free some space or set another cache folder.");
        }
    }

    /// <summary>Writes a small file under a temporary name and renames it.</summary>
    public static void WriteAtomically(string path, byte[] bytes)
    {
        var temporary = TemporaryName(path);
        File.WriteAllBytes(temporary, bytes);
        File.Move(temporary, path, overwrite: true);
    }

    private static long Count(IWeightSource source, string name) => source.FindShape(name)!.Aggregate(1L, (product, extent) => product * extent);

    private static long Align(long length) => (length + Page - 1) / Page * Page;
}
