namespace MobiZO.ExecuTorch.Runtime;

/// <summary>A kind of table in a flatbuffer.</summary>
internal sealed record FlatTable(string Name, params IReadOnlyList<Slot> Slots);

/// <summary>What stands in a slot of a table.</summary>
/// <param name="Index">The place of the slot.</param>
/// <param name="Name">The name of the field, for messages.</param>
/// <param name="Kind">How the slot is read.</param>
/// <param name="Size">The bytes of a number, or of each of several.</param>
/// <param name="IsRequired">A reader takes it for granted.</param>
/// <param name="Inner">The kind of the table, or for a union those of its types.</param>
internal sealed record Slot(int Index, string Name, SlotKind Kind, int Size, bool IsRequired, params FlatTable?[] Inner)
{
    public static Slot Number(int index, int size) => new(index, "", SlotKind.Number, size, IsRequired: false);

    public static Slot Text(int index, string name, bool isRequired = false) => new(index, name, SlotKind.Text, 1, isRequired);

    public static Slot Numbers(int index, string name, int size, bool isRequired = false) =>
        new(index, name, SlotKind.Numbers, size, isRequired);

    public static Slot Table(int index, string name, FlatTable table, bool isRequired = false) =>
        new(index, name, SlotKind.Table, 4, isRequired, table);

    public static Slot Tables(int index, string name, FlatTable table, bool isRequired = false) =>
        new(index, name, SlotKind.Tables, 4, isRequired, table);

    /// <summary>
    /// The type of a union stands in the slot, its table in the next. Type 0 has none, and types beyond the list are skipped.
    /// </summary>
    public static Slot Union(int index, string name, FlatTable?[] tables) => new(index, name, SlotKind.Union, 1, IsRequired: true, tables);
}

internal enum SlotKind
{
    Number,
    Numbers,
    Text,
    Table,
    Tables,
    Union,
}
