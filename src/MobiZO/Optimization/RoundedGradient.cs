using System.Runtime.InteropServices;

namespace MobiZO.Optimization;

/// <summary>
/// Gradients as steps use and journals keep them: bfloat16, the upper half of a single-precision number, rounded to nearest, ties to even.
/// Eight bits of each number are far more than a mini-batch tells, and a journal is half as long.
/// </summary>
internal static class RoundedGradient
{
    /// <summary>Bytes of one number.</summary>
    public const int BytesOfNumber = sizeof(ushort);

    /// <summary>Rounds in place. Numbers that are not finite, or overflow, stay or become not finite.</summary>
    public static void Round(Span<float> gradient)
    {
        foreach (ref var value in gradient)
        {
            value = Widen(Narrow(value));
        }
    }

    /// <summary>The bytes of a rounded gradient, little-endian.</summary>
    /// <param name="gradient">The numbers [total].</param>
    /// <param name="bytes">Two for each.</param>
    public static void Write(ReadOnlySpan<float> gradient, Span<byte> bytes)
    {
        var halves = MemoryMarshal.Cast<byte, ushort>(bytes);
        for (var index = 0; index < gradient.Length; index++)
        {
            halves[index] = Narrow(gradient[index]);
        }
    }

    /// <summary>The numbers of <see cref="Write"/>.</summary>
    /// <param name="bytes">Two for each number.</param>
    /// <param name="gradient">The numbers [total].</param>
    public static void Read(ReadOnlySpan<byte> bytes, Span<float> gradient)
    {
        var halves = MemoryMarshal.Cast<byte, ushort>(bytes);
        for (var index = 0; index < gradient.Length; index++)
        {
            gradient[index] = Widen(halves[index]);
        }
    }

    private static ushort Narrow(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? (ushort)((bits >> 16) | 0x40) : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    private static float Widen(ushort half) => BitConverter.UInt32BitsToSingle((uint)half << 16);
}
