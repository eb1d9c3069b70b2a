using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MobiZO.Checkpoints.Quantization;

/// <summary>Unquantised little-endian formats to fp32. Sources may be unaligned.</summary>
internal static class FloatFormats
{
    private const float TwoTo112 = 5.192296858534828e33f;

    public static void FromFloat32(ReadOnlySpan<byte> source, Span<float> destination) =>
        source[..(destination.Length * sizeof(float))].CopyTo(MemoryMarshal.AsBytes(destination));

    public static void FromFloat64(ReadOnlySpan<byte> source, Span<float> destination)
    {
        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] = (float)MemoryMarshal.Read<double>(source[(i * sizeof(double))..]);
        }
    }

    public static void FromBFloat16(ReadOnlySpan<byte> source, Span<float> destination)
    {
        ref byte from = ref MemoryMarshal.GetReference(source[..(destination.Length * sizeof(ushort))]);
        int i = 0;
        for (; i <= destination.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(
                Unsafe.ReadUnaligned<Vector<ushort>>(ref Unsafe.Add(ref from, i * sizeof(ushort))),
                out Vector<uint> low,
                out Vector<uint> high
            );
            (low << 16).As<uint, float>().CopyTo(destination[i..]);
            (high << 16).As<uint, float>().CopyTo(destination[(i + Vector<float>.Count)..]);
        }

        for (; i < destination.Length; i++)
        {
            destination[i] = BitConverter.UInt32BitsToSingle(
                (uint)Unsafe.ReadUnaligned<ushort>(ref Unsafe.Add(ref from, i * sizeof(ushort))) << 16
            );
        }
    }

    public static void FromFloat16(ReadOnlySpan<byte> source, Span<float> destination)
    {
        ref byte from = ref MemoryMarshal.GetReference(source[..(destination.Length * sizeof(ushort))]);
        int i = 0;
        for (; i <= destination.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(
                Unsafe.ReadUnaligned<Vector<ushort>>(ref Unsafe.Add(ref from, i * sizeof(ushort))),
                out Vector<uint> low,
                out Vector<uint> high
            );
            Widen(low).CopyTo(destination[i..]);
            Widen(high).CopyTo(destination[(i + Vector<float>.Count)..]);
        }

        for (; i < destination.Length; i++)
        {
            destination[i] = (float)Unsafe.ReadUnaligned<Half>(ref Unsafe.Add(ref from, i * sizeof(ushort)));
        }
    }

    /// <summary>The fp16 value at a byte offset.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float ReadFloat16(ReadOnlySpan<byte> source, int offset) => (float)MemoryMarshal.Read<Half>(source[offset..]);

    // Moving exponent and mantissa into place leaves the exponent 112 too small; the product puts that right, and makes subnormals normal
    // on the way.
    private static Vector<float> Widen(Vector<uint> half)
    {
        Vector<uint> magnitude = half & new Vector<uint>(0x7FFF);
        Vector<uint> finite = ((magnitude << 13).As<uint, float>() * new Vector<float>(TwoTo112)).As<float, uint>();
        Vector<uint> special = (magnitude << 13) | new Vector<uint>(0x7F800000);
        Vector<uint> bits = Vector.ConditionalSelect(Vector.GreaterThanOrEqual(magnitude, new Vector<uint>(0x7C00)), special, finite);
        return (bits | ((half & new Vector<uint>(0x8000)) << 16)).As<uint, float>();
    }
}
