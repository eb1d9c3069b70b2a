using System.Text.Json;

namespace MobiZO.Checkpoints.Storage;

/// <summary>
/// Hashes of large files that were read whole once, kept in the cache with the stamp that each file had then. As long as the stamp is the
/// same, the hash is taken; when it differs, the file is read again.
/// </summary>
/// <param name="cacheFolder">The folder for what can be made again.</param>
internal sealed class KnownFiles(string cacheFolder)
{
    private const string FolderName = "sources";

    private readonly string _folder = Path.Combine(cacheFolder, FolderName);

    /// <summary>The hash of a file's bytes.</summary>
    public string HashOf(MappedFile file)
    {
        string path = Path.GetFullPath(file.Path);
        string record = Path.Combine(_folder, $"{BlockHashes.OfText(path)[..24]}.json");
        if (Read(record) is { } known && known.Path == path && known.Stamp == file.Stamp.ToString())
        {
            return known.Hash;
        }

        string hash = BlockHashes.OfWhole(file);
        if (file.Stamp.IsSettled)
        {
            Write(record, new Known(path, file.Stamp.ToString(), hash));
        }

        return hash;
    }

    private static Known? Read(string record)
    {
        try
        {
            return File.Exists(record) ? JsonSerializer.Deserialize<Known>(File.ReadAllBytes(record)) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            // What is not known is read.
            return null;
        }
    }

    private void Write(string record, Known known)
    {
        try
        {
            Directory.CreateDirectory(_folder);
            AtomicFile.Write(record, JsonSerializer.SerializeToUtf8Bytes(known));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A cache that cannot be written costs time and nothing else.
        }
    }

    /// <summary>A file that was read whole.</summary>
    /// <param name="Path">Where it lies.</param>
    /// <param name="Stamp">Its stamp then.</param>
    /// <param name="Hash">Of its bytes.</param>
    private sealed record Known(string Path, string Stamp, string Hash);
}
