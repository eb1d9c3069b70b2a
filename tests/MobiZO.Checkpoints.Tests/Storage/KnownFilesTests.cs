using MobiZO.Checkpoints.Storage;

namespace MobiZO.Checkpoints.Tests.Storage;

public sealed class KnownFilesTests : IDisposable
{
    private static readonly DateTime s_longAgo = new(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_changed_byte_changes_the_hash()
    {
        string path = Write(new byte[BlockHashes.BlockBytes + 10]);
        string before = Hash(path);
        Assert.Equal(before, Hash(path));
        byte[] bytes = File.ReadAllBytes(path);
        bytes[^1] = 1;
        Write(bytes);
        Assert.NotEqual(before, Hash(path));
    }

    [Fact]
    public void The_hash_does_not_depend_on_the_place()
    {
        string path = Write([1, 2, 3]);
        string other = Path.Combine(_folder.Path, "other");
        File.Copy(path, other);
        Assert.Equal(Hash(path), Hash(other));
    }

    /// <summary>Of a file that may still be written within the same tick of the clock, nothing is remembered.</summary>
    [Fact]
    public void A_fresh_file_is_read_every_time()
    {
        Hash(Write([1, 2, 3]));
        Assert.False(Directory.Exists(Path.Combine(_folder.Path, "cache", "sources")));
    }

    [Fact]
    public void A_damaged_record_is_as_good_as_none()
    {
        string path = Write([1, 2, 3]);
        string hash = Hash(path);
        string record = Path.Combine(_folder.Path, "cache", "sources", $"{BlockHashes.OfText(Path.GetFullPath(path))[..24]}.json");
        Directory.CreateDirectory(Path.GetDirectoryName(record)!);
        File.WriteAllText(record, "{");
        Assert.Equal(hash, Hash(path));
    }

    /// <summary>The time that a copy keeps tells nothing; that the file is another one does, where the system says so.</summary>
    [Fact]
    public void A_stamp_sees_what_keeps_length_and_time()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        string path = Write([1, 2, 3]);
        File.SetLastWriteTimeUtc(path, s_longAgo);
        FileStamp before = Stamp(path);
        Assert.Equal(3, before.Length);
        Assert.NotEqual(0UL, before.Inode);
        Assert.False(before.IsSettled);
        Write([1, 2, 4]);
        File.SetLastWriteTimeUtc(path, s_longAgo);
        FileStamp after = Stamp(path);
        Assert.Equal(before.Modified, after.Modified);
        Assert.NotEqual(before, after);
    }

    [Fact]
    public void An_old_file_is_settled() => Assert.True(new FileStamp(1, 0, 0, 0).IsSettled);

    [Fact]
    public void The_first_wrong_block_is_named()
    {
        var bytes = new byte[(2 * BlockHashes.BlockBytes) + 1];
        string path = Write(bytes);
        using var right = MappedFile.Open(path);
        string[] hashes = BlockHashes.Of(right);
        Assert.Equal(3, hashes.Length);
        Assert.Null(BlockHashes.FindWrong(right, hashes));
        Assert.Equal(2, BlockHashes.FindWrong(right, hashes[..2]));
        hashes[1] = hashes[2];
        Assert.Equal(1, BlockHashes.FindWrong(right, hashes));
    }

    private static FileStamp Stamp(string path)
    {
        using var file = MappedFile.Open(path);
        return file.Stamp;
    }

    private string Write(byte[] bytes)
    {
        string path = Path.Combine(_folder.Path, "file");
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private string Hash(string path)
    {
        using var file = MappedFile.Open(path);
        return new KnownFiles(Path.Combine(_folder.Path, "cache")).HashOf(file);
    }
}
