using System.Globalization;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace MobiZO.PrefixCache;

/// <summary>The stored form of numbers, little-endian as in memory.</summary>
internal static class PrefixNumbers
{
    /// <summary>Bytes of one number.</summary>
    public static int SizeOf(PrefixCacheType type) => type == PrefixCacheType.Fp16 ? 2 : 4;

    /// <exception cref="FineTuneException">A number is too large for the type.</exception>
    public static void Encode(ReadOnlySpan<float> numbers, Span<byte> stored, PrefixCacheType type)
    {
        if (type == PrefixCacheType.Fp32)
        {
            MemoryMarshal.AsBytes(numbers).CopyTo(stored);
            return;
        }

        if (
            numbers.Length > 0
            && MathF.Abs(TensorPrimitives.MaxMagnitude(numbers)) is var largest
            && largest > (float)Half.MaxValue
            && float.IsFinite(largest)
        )
        {
            throw new FineTuneException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The model computes a number of the size {largest} for a prompt, more than the {Half.MaxValue} that fp16 holds: set "
                        + $"FineTuneOptions.PrefixCacheType to Fp32."
                ),
                FineTuneFailure.Settings
            );
        }

        TensorPrimitives.ConvertToHalf(numbers, MemoryMarshal.Cast<byte, Half>(stored));
    }

    public static void Decode(ReadOnlySpan<byte> stored, Span<float> numbers, PrefixCacheType type)
    {
        if (type == PrefixCacheType.Fp32)
        {
            stored.CopyTo(MemoryMarshal.AsBytes(numbers));
            return;
        }

        TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(stored), numbers);
    }
}
