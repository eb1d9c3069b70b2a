namespace MobiZO.Data;

/// <summary>Walks through structures of Thrift's compact protocol without going beyond their bytes.</summary>
/// <param name="bytes">The bytes; the first structure begins at once.</param>
internal ref struct ThriftFields(ReadOnlySpan<byte> bytes)
{
    private const int MostDepth = 64;

    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _place;

    /// <summary>Bytes that were walked through.</summary>
    public readonly int Place => _place;

    /// <summary>Goes to the next field of the structure.</summary>
    /// <param name="id">Number of the last field, 0 before the first; then of this one.</param>
    /// <param name="type">Kind of this field.</param>
    /// <returns>False at the end of the structure.</returns>
    /// <exception cref="InvalidDataException">The bytes end within it.</exception>
    public bool Next(ref int id, out int type)
    {
        var header = ReadByte();
        type = header & 15;
        if (header == 0)
        {
            return false;
        }

        // A field far from the last one gives its number.
        id = header >> 4 == 0 ? (int)ReadInteger() : id + (header >> 4);
        return true;
    }

    /// <summary>A signed number.</summary>
    public long ReadInteger()
    {
        var value = Varint();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    /// <summary>Goes past the value of a field.</summary>
    /// <exception cref="InvalidDataException">The bytes end within it, or it is of an unknown kind.</exception>
    public void Skip(int type) => Skip(type, depth: 0, isElement: false);

    private void Skip(int type, int depth, bool isElement)
    {
        if (depth > MostDepth)
        {
            throw new InvalidDataException("its structure is nested too deeply");
        }

        switch (type)
        {
            case 1 or 2:
                // true and false stand in the field's own byte, but are bytes in a list.
                SkipBytes(isElement ? 1UL : 0);
                break;
            case 3:
                SkipBytes(1);
                break;
            case 4 or 5 or 6:
                Varint();
                break;
            case 7:
                SkipBytes(8);
                break;
            case 8:
                SkipBytes(Varint());
                break;
            case 9 or 10:
                SkipList(depth);
                break;
            case 12:
                var id = 0;
                while (Next(ref id, out var inner))
                {
                    Skip(inner, depth + 1, isElement: false);
                }

                break;
            default:
                throw new InvalidDataException("its structure holds a field of an unknown kind");
        }
    }

    private void SkipList(int depth)
    {
        var header = ReadByte();
        var count = header >> 4 == 15 ? Varint() : (ulong)(header >> 4);
        for (ulong element = 0; element < count; element++)
        {
            Skip(header & 15, depth + 1, isElement: true);
        }
    }

    private ulong Varint()
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

        throw new InvalidDataException("its structure holds a number that does not end");
    }

    private byte ReadByte()
    {
        SkipBytes(1);
        return _bytes[_place - 1];
    }

    private void SkipBytes(ulong count)
    {
        if (count > (ulong)(_bytes.Length - _place))
        {
            throw new InvalidDataException("its structure is cut off");
        }

        _place += (int)count;
    }
}
