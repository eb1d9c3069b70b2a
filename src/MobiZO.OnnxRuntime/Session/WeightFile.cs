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
        Directory.CreateDirectory(folder);
        var (offsets, length) = Layout(source);
        var path = Path.Combine(folder, FileName);
        var index = Path.Combine(folder, IndexName);
        var expected = JsonSerializer.Serialize(new SortedDictionary<string, long>(offsets, StringComparer.Ordinal));
        lock (s_writing)
        {
            var isWhole = File.Exists(index) && File.Exists(path) && new FileInfo(path).Length == length && File.ReadAllText(index) == expected;
            if (!isWhole)
            {
                Write(path, source, offsets, length, progress);
                WriteAtomically(index, expected);
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
        var temporary = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            RequireSpace(path, length);
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

                    progress?.Report((double)stream.Position / Math.Max(length, 1));
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

    private static void RequireSpace(string path, long length)
    {
        var root = Path.GetPathRoot(Path.GetFullPath(path));
        var free = new DriveInfo(string.IsNullOrEmpty(root) ? "/" : Path.GetDirectoryName(Path.GetFullPath(path))!).AvailableFreeSpace;
        if (free < length)
        {
            throw new IOException($"The fp32 weights need {length >> 20} MB in '{Path.GetDirectoryName(path)}'; {free >> 20} MB are free. Free some space or set another cache folder.");
        }
    }

    private static void WriteAtomically(string path, string text)
    {
        var temporary = $"{path}.{Environment.ProcessId}.tmp";
        File.WriteAllText(temporary, text);
        File.Move(temporary, path, overwrite: true);
    }

    private static long Count(IWeightSource source, string name) => source.FindShape(name)!.Aggregate(1L, (product, extent) => product * extent);

    private static long Align(long length) => (length + Page - 1) / Page * Page;
}
