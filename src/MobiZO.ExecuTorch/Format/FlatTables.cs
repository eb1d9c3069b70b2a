using Google.FlatBuffers;

namespace MobiZO.ExecuTorch.Format;

/// <summary>Short forms for writing tables whose fields are known by number.</summary>
internal static class FlatTables
{
    /// <summary>A table of offsets and numbers; fields that are null stay out.</summary>
    public static int Table(this FlatBufferBuilder builder, int fields, Action fill)
    {
        builder.StartTable(fields);
        fill();
        return builder.EndTable();
    }

    /// <summary>A vector of 32-bit numbers.</summary>
    public static int Ints(this FlatBufferBuilder builder, IReadOnlyList<int> values)
    {
        builder.StartVector(sizeof(int), values.Count, sizeof(int));
        for (var i = values.Count - 1; i >= 0; i--)
        {
            builder.AddInt(values[i]);
        }

        return builder.EndVector().Value;
    }

    /// <summary>A vector of 64-bit numbers.</summary>
    public static int Longs(this FlatBufferBuilder builder, IReadOnlyList<long> values)
    {
        builder.StartVector(sizeof(long), values.Count, sizeof(long));
        for (var i = values.Count - 1; i >= 0; i--)
        {
            builder.AddLong(values[i]);
        }

        return builder.EndVector().Value;
    }

    /// <summary>A vector of bytes.</summary>
    public static int Bytes(this FlatBufferBuilder builder, IReadOnlyList<byte> values)
    {
        builder.StartVector(1, values.Count, 1);
        for (var i = values.Count - 1; i >= 0; i--)
        {
            builder.AddByte(values[i]);
        }

        return builder.EndVector().Value;
    }

    /// <summary>A vector of tables.</summary>
    public static int Tables(this FlatBufferBuilder builder, IReadOnlyList<int> offsets)
    {
        builder.StartVector(sizeof(int), offsets.Count, sizeof(int));
        for (var i = offsets.Count - 1; i >= 0; i--)
        {
            builder.AddOffset(offsets[i]);
        }

        return builder.EndVector().Value;
    }
}
