using System.Buffers.Binary;
using System.Security.Cryptography;

namespace MobiZO.PrefixCache;

/// <summary>
/// The bytes of a cache file, little-endian: a header, the stored numbers of each entry on a multiple of 64 bytes, an index at the end.
/// <code>
/// header: magic 8 | key of the cache 32 | bytes a token 8 | entries 8 | start of the index 8 | length of the file 8
/// | SHA-256 of all these and the index 32
/// entry of the index: key 16 | start 8 | tokens 8 | SHA-256 of its numbers 32
/// </code>
/// </summary>
internal static class PrefixSegmentFormat
{
    public const int HeaderBytes = 104;
    public const int IndexBytes = 64;
    public const int Alignment = 64;
    private const int SumStart = HeaderBytes - SHA256.HashSizeInBytes;

    private static ReadOnlySpan<byte> Magic => "MZOPRMT1"u8;

    public static byte[] WriteHeader(ReadOnlySpan<byte> key, long bytesPerToken, ReadOnlySpan<byte> index, long indexStart)
    {
        var header = new byte[HeaderBytes];
        Magic.CopyTo(header);
        key.CopyTo(header.AsSpan(8));
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(40), bytesPerToken);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(48), index.Length / IndexBytes);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(56), indexStart);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(64), indexStart + index.Length);
        Sum(header, index, header.AsSpan(SumStart));
        return header;
    }

    public static void WriteEntry(Span<byte> target, PrefixSegmentEntry entry)
    {
        BinaryPrimitives.WriteUInt128LittleEndian(target, entry.Key);
        BinaryPrimitives.WriteInt64LittleEndian(target[16..], entry.Start);
        BinaryPrimitives.WriteInt64LittleEndian(target[24..], entry.Tokens);
        entry.Sum.CopyTo(target[32..]);
    }

    /// <summary>Where the index lies; null when the header is not that of a whole file of this cache.</summary>
    public static (long Start, int Length)? FindIndex(
        ReadOnlySpan<byte> header,
        ReadOnlySpan<byte> key,
        long bytesPerToken,
        long fileLength
    )
    {
        if (
            header.Length != HeaderBytes
            || !header.StartsWith(Magic)
            || !header.Slice(8, key.Length).SequenceEqual(key)
            || Number(header, 40) != bytesPerToken
        )
        {
            return null;
        }

        var (count, start) = (Number(header, 48), Number(header, 56));
        var isWhole =
            Number(header, 64) == fileLength
            && count is > 0 and <= int.MaxValue / IndexBytes
            && start >= HeaderBytes
            && start == fileLength - (count * IndexBytes);
        return isWhole ? (start, (int)count * IndexBytes) : null;
    }

    /// <summary>The entries; null when header or index are damaged.</summary>
    public static List<PrefixSegmentEntry>? ReadIndex(ReadOnlySpan<byte> header, ReadOnlySpan<byte> index, long bytesPerToken)
    {
        Span<byte> sum = stackalloc byte[SHA256.HashSizeInBytes];
        Sum(header, index, sum);
        if (!header[SumStart..].SequenceEqual(sum))
        {
            return null;
        }

        var indexStart = Number(header, 56);
        var entries = new List<PrefixSegmentEntry>();
        for (var at = 0; at < index.Length; at += IndexBytes)
        {
            var entry = new PrefixSegmentEntry(
                BinaryPrimitives.ReadUInt128LittleEndian(index[at..]),
                Number(index, at + 16),
                Number(index, at + 24),
                index.Slice(at + 32, 32).ToArray()
            );
            var mostTokens = Math.Min(Array.MaxLength, indexStart) / bytesPerToken;
            if (
                entry.Tokens < 1
                || entry.Tokens > mostTokens
                || entry.Start < HeaderBytes
                || entry.Start > indexStart - (entry.Tokens * bytesPerToken)
            )
            {
                return null;
            }

            entries.Add(entry);
        }

        return entries;
    }

    private static long Number(ReadOnlySpan<byte> bytes, int start) => BinaryPrimitives.ReadInt64LittleEndian(bytes[start..]);

    private static void Sum(ReadOnlySpan<byte> header, ReadOnlySpan<byte> index, Span<byte> sum)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(header[..SumStart]);
        hash.AppendData(index);
        hash.GetHashAndReset(sum);
    }
}

/// <summary>Where the numbers of one sequence lie in a cache file.</summary>
/// <param name="Key">Names the sequence.</param>
/// <param name="Start">First byte.</param>
/// <param name="Tokens">T.</param>
/// <param name="Sum">SHA-256 of the bytes.</param>
internal sealed record PrefixSegmentEntry(UInt128 Key, long Start, long Tokens, byte[] Sum);
