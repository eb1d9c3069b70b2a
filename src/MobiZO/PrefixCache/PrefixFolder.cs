using System.Security.Cryptography;
using System.Text;
using MobiZO.Checkpoints.Storage;
using MobiZO.Models;
using MobiZO.Programs.Assembling;

namespace MobiZO.PrefixCache;

/// <summary>
/// The cache files of one model, engine, form and type. A file holds any number of sequences and is never changed: what a run has to
/// compute it adds as one more file. So there is nothing to lock and nothing to repair; processes that run at once at worst compute the
/// same twice, and a run with other rows of the same data finds those that any earlier run had.
/// </summary>
internal sealed class PrefixFolder : IDisposable
{
    public const string Extension = ".prompts";

    private readonly string _path;
    private readonly byte[] _key;
    private readonly long _bytesPerToken;
    private readonly List<PrefixSegment> _segments = [];

    public PrefixFolder(string path, long bytesPerToken)
    {
        (_path, _bytesPerToken) = (path, bytesPerToken);
        _key = SHA256.HashData(Encoding.UTF8.GetBytes(Path.GetFileName(path)));
    }

    /// <summary>
    /// Where the cache files lie. The name changes with everything that the stored bits depend on: weights, the code of programs and
    /// engine, threads (they split sums), form and type.
    /// </summary>
    public static string PathOf(LocalModel model, EngineOptions engine, PrefixShape shape, PrefixCacheType type)
    {
        string[] parts =
        [
            model.Checkpoint.ContentHash(engine.CacheFolderInForce),
            model.Engine.Name,
            $"{typeof(ProgramAssembler).Module.ModuleVersionId:N} {model.Engine.GetType().Module.ModuleVersionId:N} "
                + $"{typeof(PrefixFolder).Module.ModuleVersionId:N}",
            model.Engine.Traits.Numerics,
            FormattableString.Invariant($"{shape.Form} {shape.FirstLayer} {type}"),
        ];
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts))))[..24];
        return Path.Combine(engine.CacheFolderInForce, "prompts", name);
    }

    /// <summary>Looks sequences up. Files that are torn, foreign or damaged are removed and give nothing.</summary>
    /// <param name="wanted">Key and length of each sequence.</param>
    /// <returns>The entry of each; null for those that are not there.</returns>
    public PrefixEntry?[] Find(IReadOnlyList<(UInt128 Key, int Tokens)> wanted)
    {
        RemoveAbandoned();
        var found = new PrefixEntry?[wanted.Count];
        var left = Enumerable.Range(0, wanted.Count).Where(index => wanted[index].Tokens > 0).ToList();
        foreach (var path in Files("*" + Extension))
        {
            if (left.Count == 0 || Open(path) is not { } segment)
            {
                continue;
            }

            var here = left.Where(index => segment.Has(wanted[index].Key, wanted[index].Tokens)).ToArray();
            if (here.Length == 0 || !AreSound(segment, [.. here.Select(index => wanted[index].Key)]))
            {
                segment.Dispose();
                continue;
            }

            UnusedPrefixes.Touch(path);
            _segments.Add(segment);
            foreach (var index in here)
            {
                found[index] = segment.Find(wanted[index].Key);
            }

            left = [.. left.Except(here)];
        }

        return found;
    }

    /// <summary>Starts one more file; null when the folder cannot be written or lacks the space.</summary>
    /// <param name="bytes">Bytes that will be added.</param>
    /// <param name="reason">Why there is none.</param>
    public PrefixSegmentWriter? TryCreate(long bytes, out string? reason)
    {
        PrefixSegmentWriter? writer = null;
        reason = Try(() =>
        {
            UnusedPrefixes.Remove(Path.GetDirectoryName(_path)!);
            Directory.CreateDirectory(_path);
            if (DiskSpace.Free(_path) is { } free && free < bytes)
            {
                throw new IOException(FormattableString.Invariant($"{bytes >> 20} MB are needed in '{_path}', {free >> 20} MB are free."));
            }

            writer = new PrefixSegmentWriter(_path, _key, _bytesPerToken);
        });
        return writer;
    }

    /// <summary>Completes a file and maps it; null when that fails.</summary>
    public PrefixSegment? TryCommit(PrefixSegmentWriter writer, out string? reason)
    {
        PrefixSegment? segment = null;
        reason = Try(() =>
        {
            segment = PrefixSegment.Open(writer.Commit(), _key, _bytesPerToken);
            if (segment is not null)
            {
                _segments.Add(segment);
            }
        });
        return segment;
    }

    public void Dispose()
    {
        foreach (var segment in _segments)
        {
            segment.Dispose();
        }

        _segments.Clear();
    }

    /// <summary>Does something with files; the message of a refusal, or null. A cache that cannot be used must not stop a run.</summary>
    public static string? Try(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return exception.Message;
        }
    }

    /// <summary>Lists paths; none when they cannot be read.</summary>
    public static string[] List(Func<string[]> read)
    {
        string[] paths = [];
        Try(() => paths = read());
        return paths;
    }

    private string[] Files(string pattern) =>
        [.. List(() => Directory.Exists(_path) ? Directory.GetFiles(_path, pattern) : []).Order(StringComparer.Ordinal)];

    private PrefixSegment? Open(string path)
    {
        PrefixSegment? segment = null;
        if (Try(() => segment = PrefixSegment.Open(path, _key, _bytesPerToken)) is null && segment is null)
        {
            Try(() => File.Delete(path));
        }

        return segment;
    }

    /// <summary>Reads the numbers once: they are about to be used, and a disk does not keep every promise.</summary>
    private static bool AreSound(PrefixSegment segment, UInt128[] keys)
    {
        try
        {
            if (keys.AsParallel().All(segment.IsSound))
            {
                return true;
            }
        }
        catch (AggregateException exception)
            when (exception.Flatten().InnerExceptions.All(inner => inner is IOException or UnauthorizedAccessException))
        {
            // A part that cannot be read is as good as damaged.
        }

        Try(() => File.Delete(segment.Path));
        return false;
    }

    /// <summary>
    /// Removes what killed processes left: files that nobody holds open and whose process is gone (a writer lets go of its file just before
    /// it renames it).
    /// </summary>
    private void RemoveAbandoned()
    {
        foreach (var path in Files(StagedFile.Pattern).Where(path => !StagedFile.IsWriterAlive(path)))
        {
            Try(() => new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose).Dispose());
        }
    }
}
