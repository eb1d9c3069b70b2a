using MobiZO.Checkpoints.Storage;

namespace MobiZO.Checkpoints.Quantization;

/// <summary>Reads a range of elements that need not start or end at a block.</summary>
internal static class BlockRange
{
    // Spans count in int; larger reads go piece by piece.
    private const int PieceBlocks = 1 << 22;

    public static void Read(BlockFormat format, MappedBytes bytes, long tensorOffset, long start, Span<float> destination)
    {
        Span<float> whole = stackalloc float[format.Elements];
        long block = start / format.Elements;
        int skip = (int)(start % format.Elements);
        if (skip > 0 && destination.Length > 0)
        {
            int count = Math.Min(format.Elements - skip, destination.Length);
            format.Dequantize(bytes.Slice(tensorOffset + (block * format.Bytes), format.Bytes), whole);
            whole.Slice(skip, count).CopyTo(destination);
            destination = destination[count..];
            block++;
        }

        while (destination.Length >= format.Elements)
        {
            int blocks = Math.Min(destination.Length / format.Elements, PieceBlocks);
            format.Dequantize(
                bytes.Slice(tensorOffset + (block * format.Bytes), blocks * format.Bytes),
                destination[..(blocks * format.Elements)]
            );
            destination = destination[(blocks * format.Elements)..];
            block += blocks;
        }

        if (destination.Length > 0)
        {
            format.Dequantize(bytes.Slice(tensorOffset + (block * format.Bytes), format.Bytes), whole);
            whole[..destination.Length].CopyTo(destination);
        }
    }

    /// <summary>
    /// Reads the codes of blocks [<paramref name="first"/>, first + scales.Length); a stored block may hold several of them.
    /// </summary>
    public static void ReadCodes(
        BlockFormat format,
        MappedBytes bytes,
        long tensorOffset,
        long first,
        Span<sbyte> codes,
        Span<float> scales,
        Span<float> offsets
    )
    {
        BlockCodes source = format.Codes!;
        int size = source.Form.Size;
        int blocksOfOne = format.Elements / size;
        Span<sbyte> someCodes = stackalloc sbyte[format.Elements];
        Span<float> someScales = stackalloc float[blocksOfOne];
        Span<float> someOffsets = stackalloc float[blocksOfOne];
        while (scales.Length > 0)
        {
            (long stored, long skipped) = Math.DivRem(first, blocksOfOne);
            int count = Math.Min(scales.Length / blocksOfOne, PieceBlocks) * blocksOfOne;
            if (skipped == 0 && count > 0)
            {
                ReadOnlySpan<byte> whole = bytes.Slice(tensorOffset + (stored * format.Bytes), count / blocksOfOne * format.Bytes);
                source.Unpack(whole, codes[..(count * size)], scales[..count], offsets[..count]);
            }
            else
            {
                var skip = (int)skipped;
                count = Math.Min(blocksOfOne - skip, scales.Length);
                source.Unpack(bytes.Slice(tensorOffset + (stored * format.Bytes), format.Bytes), someCodes, someScales, someOffsets);
                someCodes.Slice(skip * size, count * size).CopyTo(codes);
                someScales.Slice(skip, count).CopyTo(scales);
                someOffsets.Slice(skip, count).CopyTo(offsets);
            }

            first += count;
            codes = codes[(count * size)..];
            scales = scales[count..];
            offsets = offsets[count..];
        }
    }
}
