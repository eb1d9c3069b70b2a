using System.Buffers.Binary;
using Parquet.Meta;

namespace MobiZO.Data;

/// <summary>
/// Walks through what a Parquet file says of itself before the package acts on it: the package takes what is missing behind an end for
/// numbers that go on, and reserves memory for whatever number it finds.
/// </summary>
internal static class ParquetStructure
{
    private const int TailBytes = 8;
    private const int MostHeaderBytes = 1 << 16;

    // Pages hold up to a few megabytes; text packs to a hundredth at best.
    private const long SmallPage = 1 << 20;
    private const long MostPacked = 1000;

    /// <summary>Checks the footer; the stream then stands at its beginning again.</summary>
    /// <param name="stream">The file; it can seek.</param>
    /// <exception cref="InvalidDataException">The footer is cut or damaged.</exception>
    public static void CheckFooter(Stream stream)
    {
        Span<byte> tail = stackalloc byte[TailBytes];
        if (stream.Length < TailBytes)
        {
            throw new InvalidDataException("the file is too short");
        }

        stream.Position = stream.Length - TailBytes;
        stream.ReadExactly(tail);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(tail);
        if (!tail[4..].SequenceEqual("PAR1"u8) || length > stream.Length - TailBytes)
        {
            throw new InvalidDataException("the end of the file is not that of a Parquet file");
        }

        var bytes = new byte[length];
        stream.Position = stream.Length - TailBytes - length;
        stream.ReadExactly(bytes);
        var fields = new ThriftFields(bytes);
        var id = 0;
        while (fields.Next(ref id, out var type))
        {
            fields.Skip(type);
        }

        stream.Position = 0;
    }

    /// <summary>Checks the headers of a column's pages.</summary>
    /// <param name="stream">The file; it can seek.</param>
    /// <param name="column">The column in one group of rows.</param>
    /// <exception cref="InvalidDataException">A page states a size or a number of values that it cannot have.</exception>
    public static void CheckPages(Stream stream, ColumnMetaData column)
    {
        long[] starts = [column.DictionaryPageOffset ?? 0, column.DataPageOffset, column.IndexPageOffset ?? 0];
        var place = starts.Where(start => start != 0).DefaultIfEmpty(0).Min();
        var (header, head) = (new byte[MostHeaderBytes], new byte[ParquetBlocks.HeadBytes]);
        for (long values = 0; values < column.NumValues; )
        {
            if (place < 0 || place >= stream.Length)
            {
                throw new InvalidDataException("its pages lie outside the file");
            }

            stream.Position = place;
            var page = ReadHeader(header.AsSpan(0, stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false)));
            var data = place + page.HeaderBytes;
            place = data + page.Packed;
            if (page.Packed < 0 || place > stream.Length || page.Unpacked < 0 || page.Unpacked > SmallPage + (MostPacked * page.Packed))
            {
                throw new InvalidDataException("a page states a size that it cannot have");
            }

            // Decompressors believe what the packed data says, and reserve as much.
            stream.Position = Math.Min(data + page.Levels, stream.Length);
            var start = head.AsSpan(0, stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false));
            if (page.Levels > page.Packed || ParquetBlocks.StatedBytes(column.Codec, start) > (ulong)page.Unpacked)
            {
                throw new InvalidDataException("the packed data of a page states a size that it cannot have");
            }

            // A dictionary's values take at least a bit of its unpacked page; those of data may be runs of one.
            if (page.Values < 0 || page.Values > (page.IsDictionary ? 8 * page.Unpacked : column.NumValues - values))
            {
                throw new InvalidDataException("a page states more values than it can have");
            }

            values += page.IsDictionary ? 0 : page.Values;
            if (!page.IsDictionary && page.Values == 0)
            {
                throw new InvalidDataException("a page has no values");
            }
        }
    }

    private static (int HeaderBytes, long Packed, long Unpacked, long Values, long Levels, bool IsDictionary) ReadHeader(
        ReadOnlySpan<byte> bytes
    )
    {
        var fields = new ThriftFields(bytes);
        var (id, packed, unpacked, values, levels, isDictionary) = (0, -1L, -1L, 0L, 0L, false);
        while (fields.Next(ref id, out var type))
        {
            switch (id, type)
            {
                case (2, 5):
                    unpacked = fields.ReadInteger();
                    break;
                case (3, 5):
                    packed = fields.ReadInteger();
                    break;
                case (5 or 7 or 8, 12):
                    isDictionary = id == 7;
                    (values, levels) = ReadValues(ref fields);
                    break;
                default:
                    fields.Skip(type);
                    break;
            }
        }

        return (fields.Place, packed, unpacked, values, levels, isDictionary);
    }

    /// <summary>
    /// The first field of the header of any kind of page, and the bytes of levels that pages of the second version hold before their packed
    /// data.
    /// </summary>
    private static (long Values, long Levels) ReadValues(ref ThriftFields fields)
    {
        var (id, values, levels) = (0, 0L, 0L);
        while (fields.Next(ref id, out var type))
        {
            switch (id, type)
            {
                case (1, 5):
                    values = fields.ReadInteger();
                    break;
                case (5 or 6, 5):
                    levels += Math.Max(0, fields.ReadInteger());
                    break;
                default:
                    fields.Skip(type);
                    break;
            }
        }

        return (values, levels);
    }
}
