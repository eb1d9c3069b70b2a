using System.Buffers.Binary;

namespace MobiZO.Data;

/// <summary>
/// Walks through the footer of a Parquet file (Thrift, compact protocol) before the package reads it: the package takes what is missing
/// behind the end for numbers that go on, and does not come back.
/// </summary>
internal ref struct ParquetFooter
{
    private const int TailBytes = 8;
    private const int MostDepth = 64;

    private readonly ReadOnlySpan<byte> _bytes;
    private int _place;

    private ParquetFooter(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>Checks the footer; the stream then stands at its beginning again.</summary>
    /// <param name="stream">The file; it can seek.</param>
    /// <exception cref="InvalidDataException">The footer is cut or damaged.</exception>
    public static void Check(Stream stream)
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
        new ParquetFooter(bytes).SkipStruct(0);
        stream.Position = 0;
    }

    private void SkipStruct(int depth)
    {
        if (depth > MostDepth)
        {
            throw new InvalidDataException("the footer is nested too deeply");
        }

        while (ReadByte() is not 0 and var header)
        {
            if (header >> 4 == 0)
            {
                // A field far from the last one gives its number.
                SkipVarint();
            }

            Skip(header & 15, depth, isElement: false);
        }
    }

    private void Skip(int type, int depth, bool isElement)
    {
        switch (type)
        {
            case 1 or 2:
                // true and false stand in the field's own byte, but are bytes in a list.
                SkipBytes(isElement ? 1 : 0);
                break;
            case 3:
                SkipBytes(1);
                break;
            case 4 or 5 or 6:
                SkipVarint();
                break;
            case 7:
                SkipBytes(8);
                break;
            case 8:
                SkipBytes(SkipVarint());
                break;
            case 9 or 10:
                var header = ReadByte();
                var count = header >> 4 == 15 ? SkipVarint() : (ulong)(header >> 4);
                for (ulong element = 0; element < count; element++)
                {
                    Skip(header & 15, depth + 1, isElement: true);
                }

                break;
            case 12:
                SkipStruct(depth + 1);
                break;
            default:
                throw new InvalidDataException("the footer holds a field of an unknown kind");
        }
    }

    private ulong SkipVarint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var next = ReadByte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new InvalidDataException("the footer holds a number that does not end");
    }

    private void SkipBytes(ulong count)
    {
        if (count > (ulong)(_bytes.Length - _place))
        {
            throw new InvalidDataException("the footer is cut off");
        }

        _place += (int)count;
    }

    private void SkipBytes(int count) => SkipBytes((ulong)count);

    private byte ReadByte()
    {
        SkipBytes(1);
        return _bytes[_place - 1];
    }
}
