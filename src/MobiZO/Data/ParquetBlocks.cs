using System.Buffers.Binary;
using Parquet.Meta;

namespace MobiZO.Data;

/// <summary>What the packed data of a page says of its own size: decompressors reserve memory for it before they look further.</summary>
internal static class ParquetBlocks
{
    /// <summary>Enough of the data to know it.</summary>
    public const int HeadBytes = 18;

    private const uint ZstdMagic = 0xFD2FB528;

    /// <summary>The stated size after unpacking; 0 when the data states none.</summary>
    /// <param name="codec">How the data is packed.</param>
    /// <param name="head">Its first bytes, <see cref="HeadBytes"/> of them when there are as many.</param>
    public static ulong StatedBytes(CompressionCodec codec, ReadOnlySpan<byte> head) =>
        codec switch
        {
            CompressionCodec.SNAPPY => Snappy(head),
            CompressionCodec.ZSTD => Zstd(head),
            _ => 0,
        };

    /// <summary>A number of seven bits a byte, the lowest first.</summary>
    private static ulong Snappy(ReadOnlySpan<byte> head)
    {
        var size = 0UL;
        for (var i = 0; i < Math.Min(head.Length, 5); i++)
        {
            size |= (ulong)(head[i] & 0x7F) << (7 * i);
            if (head[i] < 0x80)
            {
                break;
            }
        }

        return size;
    }

    /// <summary>The content size of the frame's header (RFC 8878, 3.1.1.1).</summary>
    private static ulong Zstd(ReadOnlySpan<byte> head)
    {
        if (head.Length < HeadBytes || BinaryPrimitives.ReadUInt32LittleEndian(head) != ZstdMagic)
        {
            return 0;
        }

        var descriptor = head[4];
        var isSingle = (descriptor & 0x20) != 0;
        var dictionary = (descriptor & 3) is 3 ? 4 : descriptor & 3;
        var size = head[(5 + (isSingle ? 0 : 1) + dictionary)..];
        return (descriptor >> 6) switch
        {
            0 => isSingle ? size[0] : 0UL,
            1 => BinaryPrimitives.ReadUInt16LittleEndian(size) + 256UL,
            2 => BinaryPrimitives.ReadUInt32LittleEndian(size),
            _ => BinaryPrimitives.ReadUInt64LittleEndian(size),
        };
    }
}
