using System.Security.Cryptography;

namespace MobiZO.Checkpoints.Storage;

/// <summary>SHA-256 of every block of a large file, computed on all cores: tells whether it is whole, and where it is not.</summary>
internal static class BlockHashes
{
    /// <summary>Bytes of a block; the last one may be shorter.</summary>
    public const int BlockBytes = 4 << 20;

    /// <summary>The hashes in the order of the blocks, hexadecimal; none for no bytes.</summary>
    public static string[] Of(MappedFile file)
    {
        var hashes = new string[(file.Length + BlockBytes - 1) / BlockBytes];
        Parallel.For(0, hashes.Length, block => hashes[block] = Of(file, block));
        file.ReleasePages();
        return hashes;
    }

    /// <summary>One hash of a whole file: that of the hashes of its blocks.</summary>
    public static string OfWhole(MappedFile file) => OfText(string.Concat(Of(file)));

    /// <summary>The first block that is not as it was; null when all are.</summary>
    /// <param name="file">The file.</param>
    /// <param name="hashes">What <see cref="Of(MappedFile)"/> gave for it.</param>
    public static int? FindWrong(MappedFile file, IReadOnlyList<string> hashes)
    {
        string[] found = Of(file);
        int blocks = Math.Max(found.Length, hashes.Count);
        int first = Enumerable.Range(0, blocks).FirstOrDefault(block => At(found, block) != At(hashes, block), blocks);
        return first < blocks ? first : null;
    }

    /// <summary>SHA-256 of a text, hexadecimal.</summary>
    public static string OfText(string text) => Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)));

    private static string? At(IReadOnlyList<string> hashes, int block) => block < hashes.Count ? hashes[block] : null;

    private static string Of(MappedFile file, int block)
    {
        long start = (long)block * BlockBytes;
        using MappedBytes bytes = file.Borrow();
        return Convert.ToHexStringLower(SHA256.HashData(bytes.Slice(start, (int)Math.Min(BlockBytes, file.Length - start))));
    }
}
