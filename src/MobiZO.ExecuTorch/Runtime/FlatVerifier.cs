using System.Buffers.Binary;

namespace MobiZO.ExecuTorch.Runtime;

/// <summary>
/// Follows every offset of a flatbuffer, as readers of it do without looking, and sees that all lies inside.
/// </summary>
/// <param name="bytes">The whole flatbuffer, from its root offset on.</param>
internal sealed class FlatVerifier(ReadOnlyMemory<byte> bytes)
{
    private const int OffsetSize = 4;

    // Tables may be shared, and a broken file may share them without end.
    private readonly int _mostTables = bytes.Length;
    private int _tables;

    /// <summary>Verifies the root table and all below it.</summary>
    /// <exception cref="InvalidDataException">The message says which field is broken and where.</exception>
    public void Verify(FlatTable root) => VerifyTable(root, Follow(0, root.Name));

    private void VerifyTable(FlatTable table, int at)
    {
        if (++_tables > _mostTables)
        {
            throw new InvalidDataException("its tables refer to one another without end");
        }

        var slots = at - (long)BinaryPrimitives.ReadInt32LittleEndian(Read(at, OffsetSize, table.Name));
        var slotBytes = U16(slots, table.Name);
        var size = U16(slots + 2, table.Name);
        Read(slots, Math.Max((int)slotBytes, 4), table.Name);
        Read(at, Math.Max((int)size, OffsetSize), table.Name);
        foreach (var slot in table.Slots)
        {
            var name = $"{table.Name}.{slot.Name}";
            var field = Field(slot.Index, slot.Kind is SlotKind.Number or SlotKind.Union ? slot.Size : OffsetSize, name);
            if (field is null && slot.IsRequired)
            {
                throw new InvalidDataException($"{name} is missing");
            }

            if (slot.Kind == SlotKind.Union)
            {
                VerifyUnion(slot, Read(field!.Value, 1, name)[0], Field(slot.Index + 1, OffsetSize, name), name);
            }
            else if (field is { } found)
            {
                VerifyField(slot, found, name);
            }
        }

        int? Field(int index, int bytesOfField, string name)
        {
            var place = 4 + index * 2;
            var inTable = place + 2 <= slotBytes ? U16(slots + place, name) : 0;
            return inTable == 0 ? null
                : inTable + bytesOfField <= size ? at + inTable
                : throw new InvalidDataException($"{name} lies outside its table");
        }
    }

    private void VerifyField(Slot slot, int at, string name)
    {
        switch (slot.Kind)
        {
            case SlotKind.Numbers:
                VerifyVector(Follow(at, name), slot.Size, name);
                break;
            case SlotKind.Text:
                var text = Follow(at, name);
                var length = VerifyVector(text, 1, name);
                if (Read(text + OffsetSize + (long)length, 1, name)[0] != 0)
                {
                    throw new InvalidDataException($"{name} is text without an end");
                }

                break;
            case SlotKind.Table:
                VerifyTable(slot.Inner[0]!, Follow(at, name));
                break;
            case SlotKind.Tables:
                var vector = Follow(at, name);
                var count = VerifyVector(vector, OffsetSize, name);
                for (var i = 0; i < count; i++)
                {
                    VerifyTable(slot.Inner[0]!, Follow(vector + OffsetSize * (i + 1), name));
                }

                break;
        }
    }

    private void VerifyUnion(Slot slot, int type, int? at, string name)
    {
        if (type < slot.Inner.Length && slot.Inner[type] is { } table)
        {
            VerifyTable(table, Follow(at ?? throw new InvalidDataException($"{name} has a type and no value"), name));
        }
    }

    private int VerifyVector(int at, int size, string name)
    {
        var count = BinaryPrimitives.ReadUInt32LittleEndian(Read(at, OffsetSize, name));
        Read(at + OffsetSize, count * (long)size, name);
        return (int)count;
    }

    private int Follow(int at, string name)
    {
        var target = at + (long)BinaryPrimitives.ReadUInt32LittleEndian(Read(at, OffsetSize, name));
        Read(target, OffsetSize, name);
        return (int)target;
    }

    private ushort U16(long at, string name) => BinaryPrimitives.ReadUInt16LittleEndian(Read(at, 2, name));

    private ReadOnlySpan<byte> Read(long at, long length, string name) =>
        at >= 0 && at <= bytes.Length - length
            ? bytes.Span.Slice((int)at, (int)length)
            : throw new InvalidDataException($"{name} leads to byte {at} of {bytes.Length}");
}
