using System.Runtime.CompilerServices;
using Google.FlatBuffers;

namespace MobiZO.ExecuTorch.Format;

/// <summary>Short forms for writing tables whose fields are known by number.</summary>
internal static class FlatTables
{
    /// <summary>A table.</summary>
    /// <param name="builder">Where to.</param>
    /// <param name="fields">Number of fields of its kind.</param>
    /// <param name="fill">Adds the fields that are not left out.</param>
    public static int Table(this FlatBufferBuilder builder, int fields, Action fill)
    {
        builder.StartTable(fields);
        fill();
        return builder.EndTable();
    }

    /// <summary>A table whose fields are all offsets.</summary>
    /// <param name="builder">Where to.</param>
    /// <param name="fields">Number of fields of its kind.</param>
    /// <param name="offsets">Number and offset of each field that is there.</param>
    public static int Offsets(this FlatBufferBuilder builder, int fields, params IReadOnlyList<(int Field, int Offset)> offsets)
    {
        builder.StartTable(fields);
        foreach (var (field, offset) in offsets)
        {
            builder.AddOffset(field, offset, 0);
        }

        return builder.EndTable();
    }

    /// <summary>A table that begins with the kind and the offset of a value of several kinds.</summary>
    public static int Union(this FlatBufferBuilder builder, int fields, byte kind, int value)
    {
        builder.StartTable(fields);
        builder.AddByte(0, kind, 0);
        builder.AddOffset(1, value, 0);
        return builder.EndTable();
    }

    /// <summary>A table that begins with a place and a size.</summary>
    public static int Range(this FlatBufferBuilder builder, int fields, long place, long size)
    {
        builder.StartTable(fields);
        builder.AddUlong(0, (ulong)place, 0);
        builder.AddUlong(1, (ulong)size, 0);
        return builder.EndTable();
    }

    /// <summary>A vector of numbers.</summary>
    public static int Numbers<T>(this FlatBufferBuilder builder, params T[] values)
        where T : unmanaged
    {
        builder.StartVector(Unsafe.SizeOf<T>(), values.Length, Unsafe.SizeOf<T>());
        builder.Add(values);
        return builder.EndVector().Value;
    }

    /// <summary>A vector of tables.</summary>
    public static int Tables(this FlatBufferBuilder builder, params IReadOnlyList<int> offsets)
    {
        builder.StartVector(sizeof(int), offsets.Count, sizeof(int));
        for (var i = offsets.Count - 1; i >= 0; i--)
        {
            builder.AddOffset(offsets[i]);
        }

        return builder.EndVector().Value;
    }
}
