using System.Buffers.Binary;
using System.Text;

namespace MobiZO.ExecuTorch.Runtime;

/// <summary>A table of a flatbuffer of verified offsets (<see cref="FlatVerifier"/>); what is missing is 0 or empty.</summary>
/// <param name="bytes">The whole flatbuffer.</param>
/// <param name="at">Where the table stands.</param>
internal readonly struct FlatView(ReadOnlyMemory<byte> bytes, int at)
{
    /// <summary>The table that the buffer begins with.</summary>
    public static FlatView RootOf(ReadOnlyMemory<byte> bytes) => new(bytes, BinaryPrimitives.ReadInt32LittleEndian(bytes.Span));

    /// <summary>A byte.</summary>
    public byte Byte(int slot) => Place(slot) is { } place ? bytes.Span[place] : (byte)0;

    /// <summary>A 32-bit number.</summary>
    public int Int(int slot) => Place(slot) is { } place ? IntAt(place) : 0;

    /// <summary>A 32-bit number without sign.</summary>
    public uint UInt(int slot) => unchecked((uint)Int(slot));

    /// <summary>A 64-bit number.</summary>
    public long Long(int slot) => Place(slot) is { } place ? BinaryPrimitives.ReadInt64LittleEndian(bytes.Span[place..]) : 0;

    /// <summary>Another table; null: it is missing.</summary>
    public FlatView? Table(int slot) => Place(slot) is { } place ? new FlatView(bytes, place + IntAt(place)) : null;

    /// <summary>A list of tables.</summary>
    public IReadOnlyList<FlatView> Tables(int slot)
    {
        var (start, count) = Vector(slot);
        var tables = new FlatView[count];
        for (var i = 0; i < count; i++)
        {
            var place = start + (i * sizeof(int));
            tables[i] = new FlatView(bytes, place + IntAt(place));
        }

        return tables;
    }

    /// <summary>A list of 32-bit numbers.</summary>
    public int[] Ints(int slot)
    {
        var (start, count) = Vector(slot);
        var numbers = new int[count];
        for (var i = 0; i < count; i++)
        {
            numbers[i] = IntAt(start + (i * sizeof(int)));
        }

        return numbers;
    }

    /// <summary>A list of 64-bit numbers.</summary>
    public long[] Longs(int slot)
    {
        var (start, count) = Vector(slot);
        var numbers = new long[count];
        for (var i = 0; i < count; i++)
        {
            numbers[i] = BinaryPrimitives.ReadInt64LittleEndian(bytes.Span[(start + (i * sizeof(long)))..]);
        }

        return numbers;
    }

    /// <summary>A list of bytes.</summary>
    public byte[] Bytes(int slot)
    {
        var (start, count) = Vector(slot);
        return bytes.Span.Slice(start, count).ToArray();
    }

    /// <summary>A text.</summary>
    public string Text(int slot) => Encoding.UTF8.GetString(Bytes(slot));

    private (int Start, int Count) Vector(int slot)
    {
        if (Place(slot) is not { } place)
        {
            return (0, 0);
        }

        var vector = place + IntAt(place);
        return (vector + sizeof(int), IntAt(vector));
    }

    private int? Place(int slot)
    {
        var slots = at - IntAt(at);
        var entry = 4 + (slot * 2);
        if (entry + 2 > BinaryPrimitives.ReadUInt16LittleEndian(bytes.Span[slots..]))
        {
            return null;
        }

        var field = BinaryPrimitives.ReadUInt16LittleEndian(bytes.Span[(slots + entry)..]);
        return field == 0 ? null : at + field;
    }

    private int IntAt(int place) => BinaryPrimitives.ReadInt32LittleEndian(bytes.Span[place..]);
}
