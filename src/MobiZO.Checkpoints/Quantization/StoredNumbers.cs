using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace MobiZO.Checkpoints.Quantization;

/// <summary>Numbers in fp32 to the forms that files hold them in (little endian); the way back is <see cref="FloatFormats"/>.</summary>
internal static class StoredNumbers
{
    private const int BlockElements = 32;
    private const int BlockBytes = 34;

    /// <summary>The types that numbers can be written in.</summary>
    public static bool CanWrite(GgufTensorType type) =>
        type
            is GgufTensorType.F32
                or GgufTensorType.F16
                or GgufTensorType.BF16
                or GgufTensorType.F64
                or GgufTensorType.Q8_0
                or GgufTensorType.Q4_K;

    /// <summary>
    /// Bytes that numbers take; a row of <see cref="GgufTensorType.Q8_0"/> is a multiple of 32, one of <see cref="GgufTensorType.Q4_K"/>
    /// of 256.
    /// </summary>
    public static int BytesOf(GgufTensorType type, int count)
    {
        GgufTensorTypes.TryGetBlock(type, out int elements, out int bytes);
        return count / elements * bytes;
    }

    /// <summary>
    /// Writes numbers, rounded to the nearest that the type has (ties to even; codes of Q8_0 away from zero, as ggml does).
    /// </summary>
    /// <returns>False when a number is too large for the type, or is none.</returns>
    public static bool TryWrite(GgufTensorType type, ReadOnlySpan<float> values, Span<byte> destination)
    {
        foreach (float value in values)
        {
            if (!float.IsFinite(value))
            {
                return false;
            }
        }

        switch (type)
        {
            case GgufTensorType.F32:
                MemoryMarshal.AsBytes(values).CopyTo(destination);
                return true;
            case GgufTensorType.F16:
                return ToFloat16(values, destination);
            case GgufTensorType.BF16:
                return ToBFloat16(values, destination);
            case GgufTensorType.F64:
                for (int i = 0; i < values.Length; i++)
                {
                    BinaryPrimitives.WriteDoubleLittleEndian(destination[(i * sizeof(double))..], values[i]);
                }

                return true;
            case GgufTensorType.Q8_0:
                return ToQ8_0(values, destination);
            case GgufTensorType.Q4_K:
                return FourBitSuperBlockWriter.TryWrite(values, destination);
            default:
                throw new NotSupportedException($"Numbers are not written as {type}.");
        }
    }

    private static bool ToFloat16(ReadOnlySpan<float> values, Span<byte> destination)
    {
        bool isFinite = true;
        for (int i = 0; i < values.Length; i++)
        {
            var half = (Half)values[i];
            isFinite &= Half.IsFinite(half);
            BinaryPrimitives.WriteHalfLittleEndian(destination[(i * sizeof(ushort))..], half);
        }

        return isFinite;
    }

    private static bool ToBFloat16(ReadOnlySpan<float> values, Span<byte> destination)
    {
        bool isFinite = true;
        for (int i = 0; i < values.Length; i++)
        {
            // The lower half is rounded away: up from beyond the middle, and from the middle to an even last bit.
            uint bits = BitConverter.SingleToUInt32Bits(values[i]);
            var rounded = (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
            isFinite &= (rounded & 0x7F80) != 0x7F80;
            BinaryPrimitives.WriteUInt16LittleEndian(destination[(i * sizeof(ushort))..], rounded);
        }

        return isFinite;
    }

    private static bool ToQ8_0(ReadOnlySpan<float> values, Span<byte> destination)
    {
        bool isFinite = true;
        for (int block = 0; block < values.Length / BlockElements; block++)
        {
            ReadOnlySpan<float> from = values.Slice(block * BlockElements, BlockElements);
            Span<byte> to = destination.Slice(block * BlockBytes, BlockBytes);
            float largest = 0;
            foreach (float value in from)
            {
                largest = Math.Max(largest, Math.Abs(value));
            }

            float scale = largest / 127;
            float inverse = scale == 0 ? 0 : 1 / scale;
            var stored = (Half)scale;
            isFinite &= Half.IsFinite(stored);
            BinaryPrimitives.WriteHalfLittleEndian(to, stored);
            for (int i = 0; i < from.Length; i++)
            {
                to[2 + i] = (byte)(sbyte)MathF.Round(from[i] * inverse, MidpointRounding.AwayFromZero);
            }
        }

        return isFinite;
    }
}
