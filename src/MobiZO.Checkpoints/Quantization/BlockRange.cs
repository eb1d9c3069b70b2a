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
}
