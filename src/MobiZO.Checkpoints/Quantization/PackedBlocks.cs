namespace MobiZO.Checkpoints.Quantization;

/// <summary>
/// Formats whose weights are codes times a scale, or that plus a minimum: how one stored block is unpacked gives both its numbers and its
/// codes.
/// </summary>
internal static class PackedBlocks
{
    private const int MostElements = 256;
    private const int LeastSize = 16;

    /// <summary>Unpacks one stored block; weight = scale * code.</summary>
    public delegate void Unpacker(ReadOnlySpan<byte> block, Span<sbyte> codes, Span<float> scales);

    /// <summary>Unpacks one stored block; weight = scale * code + minimum with codes that are not negative.</summary>
    public delegate void UnpackerWithMinima(ReadOnlySpan<byte> block, Span<sbyte> codes, Span<float> scales, Span<float> minima);

    /// <summary>A format without offsets.</summary>
    /// <inheritdoc cref="Of(int, int, BlockLayout, UnpackerWithMinima)"/>
    public static BlockFormat Of(int elements, int bytes, BlockLayout form, Unpacker unpack) =>
        Of(elements, bytes, form, (block, codes, scales, _) => unpack(block, codes, scales));

    /// <summary>The format.</summary>
    /// <param name="elements">Elements of a stored block.</param>
    /// <param name="bytes">Bytes of a stored block.</param>
    /// <param name="form">The blocks that have a scale each; a stored block holds one or more.</param>
    /// <param name="unpack">How to unpack one.</param>
    public static BlockFormat Of(int elements, int bytes, BlockLayout form, UnpackerWithMinima unpack) =>
        new(
            elements,
            bytes,
            (source, destination) => Dequantize(elements, bytes, form, unpack, source, destination),
            new BlockCodes(
                form,
                (source, codes, scales, offsets) =>
                {
                    int scalesOfABlock = elements / form.Size;
                    for (int block = 0; block < scales.Length / scalesOfABlock; block++)
                    {
                        Codes(
                            form,
                            unpack,
                            source.Slice(block * bytes, bytes),
                            codes.Slice(block * elements, elements),
                            scales.Slice(block * scalesOfABlock, scalesOfABlock),
                            offsets.Slice(block * scalesOfABlock, scalesOfABlock)
                        );
                    }
                }
            )
        );

    private static void Dequantize(
        int elements,
        int bytes,
        BlockLayout form,
        UnpackerWithMinima unpack,
        ReadOnlySpan<byte> source,
        Span<float> destination
    )
    {
        Span<sbyte> codes = stackalloc sbyte[MostElements];
        Span<float> scales = stackalloc float[MostElements / LeastSize];
        Span<float> minima = stackalloc float[MostElements / LeastSize];
        for (int block = 0; block < destination.Length / elements; block++)
        {
            unpack(source.Slice(block * bytes, bytes), codes[..elements], scales, minima);
            Span<float> values = destination.Slice(block * elements, elements);
            for (int part = 0; part < elements / form.Size; part++)
            {
                Span<float> to = values.Slice(part * form.Size, form.Size);
                Multiply(codes.Slice(part * form.Size, form.Size), scales[part], to);
                if (form.HasOffsets)
                {
                    Add(minima[part], to);
                }
            }
        }
    }

    private static void Multiply(ReadOnlySpan<sbyte> codes, float scale, Span<float> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = scale * codes[i];
        }
    }

    private static void Add(float minimum, Span<float> values)
    {
        foreach (ref float value in values)
        {
            value += minimum;
        }
    }

    // A minimum belongs to code 0, an offset to the code in the middle. The sum is rounded once.
    private static void Codes(
        BlockLayout form,
        UnpackerWithMinima unpack,
        ReadOnlySpan<byte> source,
        Span<sbyte> codes,
        Span<float> scales,
        Span<float> offsets
    )
    {
        unpack(source, codes, scales, offsets);
        if (!form.HasOffsets)
        {
            offsets.Clear();
            return;
        }

        int middle = 1 << (form.Bits - 1);
        foreach (ref sbyte code in codes)
        {
            code = (sbyte)(code - middle);
        }

        for (int part = 0; part < scales.Length; part++)
        {
            offsets[part] = (float)(offsets[part] + ((double)middle * scales[part]));
        }
    }
}
