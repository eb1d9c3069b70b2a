namespace MobiZO.Checkpoints.Quantization;

/// <summary>
/// The codes of stored blocks, unpacked but not multiplied. Those here have blocks of 32, with layouts as in <see cref="FourBitBlocks"/>,
/// <see cref="FiveBitBlocks"/> and <see cref="EightBitBlocks"/>; the others are in <see cref="PackedBlocks"/>.
/// </summary>
/// <param name="Form">What comes out.</param>
/// <param name="Unpack">Unpacks scales.Length blocks, which are whole stored blocks.</param>
internal sealed record BlockCodes(BlockLayout Form, BlockCodes.Unpacker Unpack)
{
    public delegate void Unpacker(ReadOnlySpan<byte> source, Span<sbyte> codes, Span<float> scales, Span<float> offsets);

    private const int Elements = BlockLayout.Elements;
    private const int Half = Elements / 2;

    public static BlockCodes Q4_0 { get; } =
        new(new BlockLayout(4, false), (source, codes, scales, offsets) => Unpack4(source, 18, 2, codes, scales, offsets));

    public static BlockCodes Q4_1 { get; } =
        new(new BlockLayout(4, true), (source, codes, scales, offsets) => Unpack4(source, 20, 4, codes, scales, offsets));

    public static BlockCodes Q5_0 { get; } =
        new(new BlockLayout(5, false), (source, codes, scales, offsets) => Unpack5(source, 22, 2, codes, scales, offsets));

    public static BlockCodes Q5_1 { get; } =
        new(new BlockLayout(5, true), (source, codes, scales, offsets) => Unpack5(source, 24, 4, codes, scales, offsets));

    public static BlockCodes Q8_0 { get; } = new(new BlockLayout(8, false), Unpack8);

    private static void Unpack4(
        ReadOnlySpan<byte> source,
        int bytes,
        int header,
        Span<sbyte> codes,
        Span<float> scales,
        Span<float> offsets
    )
    {
        for (int block = 0; block < scales.Length; block++)
        {
            ReadOnlySpan<byte> from = source.Slice(block * bytes, bytes);
            ReadOnlySpan<byte> quants = from.Slice(header, Half);
            Span<sbyte> to = codes.Slice(block * Elements, Elements);
            for (int i = 0; i < Half; i++)
            {
                to[i] = (sbyte)((quants[i] & 15) - 8);
                to[i + Half] = (sbyte)((quants[i] >> 4) - 8);
            }

            ReadHeader(from, header, 8, out scales[block], out offsets[block]);
        }
    }

    private static void Unpack5(
        ReadOnlySpan<byte> source,
        int bytes,
        int header,
        Span<sbyte> codes,
        Span<float> scales,
        Span<float> offsets
    )
    {
        for (int block = 0; block < scales.Length; block++)
        {
            ReadOnlySpan<byte> from = source.Slice(block * bytes, bytes);
            uint fifths = System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(from[header..]);
            ReadOnlySpan<byte> quants = from.Slice(header + sizeof(uint), Half);
            Span<sbyte> to = codes.Slice(block * Elements, Elements);
            for (int i = 0; i < Half; i++)
            {
                to[i] = (sbyte)(((quants[i] & 15) | FifthBit(fifths, i)) - 16);
                to[i + Half] = (sbyte)(((quants[i] >> 4) | FifthBit(fifths, i + Half)) - 16);
            }

            ReadHeader(from, header, 16, out scales[block], out offsets[block]);
        }
    }

    private static void Unpack8(ReadOnlySpan<byte> source, Span<sbyte> codes, Span<float> scales, Span<float> offsets)
    {
        const int Bytes = 34;
        for (int block = 0; block < scales.Length; block++)
        {
            ReadOnlySpan<byte> from = source.Slice(block * Bytes, Bytes);
            ReadHeader(from, 2, 0, out scales[block], out offsets[block]);
            System.Runtime.InteropServices.MemoryMarshal.Cast<byte, sbyte>(from[2..]).CopyTo(codes.Slice(block * Elements, Elements));
        }
    }

    private static int FifthBit(uint fifths, int index) => (int)((fifths >> index) & 1) << 4;

    // Stored codes are unsigned; a minimum m belongs to code 0, an offset to the code in the middle. fp16 d and m: the sum is rounded once
    // at most.
    private static void ReadHeader(ReadOnlySpan<byte> block, int header, int middle, out float scale, out float offset)
    {
        scale = FloatFormats.ReadFloat16(block, 0);
        offset = header == 4 ? (float)(FloatFormats.ReadFloat16(block, 2) + ((double)middle * scale)) : 0;
    }
}
