using MobiZO.Checkpoints.Gguf;
using MobiZO.Checkpoints.Quantization;

namespace MobiZO.Checkpoints.Tests.Quantization;

/// <summary>Codes with their scale and offset are what dequantising gives.</summary>
public sealed class BlockCodesTests
{
    private const int Blocks = 40;

    [Theory]
    [InlineData("Q4_0", 4, false)]
    [InlineData("Q4_1", 4, true)]
    [InlineData("Q5_0", 5, false)]
    [InlineData("Q5_1", 5, true)]
    [InlineData("Q8_0", 8, false)]
    public void Codes_scales_and_offsets_give_the_dequantised_values(string type, int bits, bool hasOffsets)
    {
        BlockFormat format = GgufBlockFormats.Find(Enum.Parse<GgufTensorType>(type))!;
        byte[] stored = Stored(format.Bytes);
        var expected = new float[Blocks * 32];
        format.Dequantize(stored, expected);
        var (codes, scales, offsets) = (new sbyte[Blocks * 32], new float[Blocks], new float[Blocks]);
        format.Codes!.Unpack(stored, codes, scales, offsets);
        Assert.Equal(new BlockLayout(bits, hasOffsets), format.Codes.Form);
        Assert.All(codes, code => Assert.InRange(code, -(1 << (bits - 1)), (1 << (bits - 1)) - 1));
        for (int i = 0; i < expected.Length; i++)
        {
            float found = (scales[i / 32] * codes[i]) + offsets[i / 32];
            if (hasOffsets)
            {
                // The offset belongs to another code than the stored minimum: the same sum, rounded in another place.
                Assert.Equal(expected[i], found, 4e-7f * (Math.Abs(offsets[i / 32]) + (Math.Abs(scales[i / 32]) * (1 << bits))));
            }
            else
            {
                Assert.Equal(expected[i], found);
            }
        }
    }

    /// <summary>Whatever a GGUF file holds but floats is codes, and with their scales and offsets they are its numbers.</summary>
    [Theory]
    [MemberData(nameof(BlockFormatTests.Names), MemberType = typeof(BlockFormatTests))]
    public void Stored_blocks_are_codes_with_scales_and_offsets(string name)
    {
        using GgufFile file = QuantsFile.Open();
        GgufTensor tensor = file.Tensors[name];
        if (GgufBlockFormats.Find(tensor.Type)!.Codes is not { } source)
        {
            Assert.Contains(tensor.Type, new[] { GgufTensorType.F32, GgufTensorType.F16, GgufTensorType.BF16 });
            return;
        }

        var expected = new float[tensor.Count];
        file.Read(tensor, 0, expected);
        int size = source.Form.Size;
        int count = expected.Length / size;
        var (codes, scales, offsets) = (new sbyte[expected.Length], new float[count], new float[count]);
        file.ReadBlocks(tensor, 0, codes, scales, offsets);
        for (int i = 0; i < expected.Length; i++)
        {
            float found = (scales[i / size] * codes[i]) + offsets[i / size];
            float slack = source.Form.HasOffsets
                ? 4e-7f * (Math.Abs(offsets[i / size]) + (Math.Abs(scales[i / size]) * (1 << source.Form.Bits)))
                : 0;
            Assert.InRange(found, expected[i] - slack, expected[i] + slack);
        }

        foreach ((int first, int length) in new[] { (0, 1), (1, 1), (count - 1, 1), (3, 17), (1, count - 1), (count / 2, 0) })
        {
            var (someCodes, someScales, someOffsets) = (new sbyte[length * size], new float[length], new float[length]);
            file.ReadBlocks(tensor, first, someCodes, someScales, someOffsets);
            Assert.Equal(codes[(first * size)..((first + length) * size)], someCodes);
            Assert.Equal(scales[first..(first + length)], someScales);
            Assert.Equal(offsets[first..(first + length)], someOffsets);
        }
    }

    // Every byte value; scales and minima from -1 to 1.
    private static byte[] Stored(int bytes)
    {
        var stored = new byte[Blocks * bytes];
        for (int i = 0; i < stored.Length; i++)
        {
            stored[i] = (byte)((i * 167) + (i / 256));
        }

        for (int block = 0; block < Blocks; block++)
        {
            BitConverter.TryWriteBytes(stored.AsSpan(block * bytes), (Half)(((block * 7) % 21) - 10) / (Half)10);
            if (bytes is 20 or 24)
            {
                BitConverter.TryWriteBytes(stored.AsSpan((block * bytes) + 2), (Half)(((block * 11) % 19) - 9) / (Half)9);
            }
        }

        return stored;
    }
}
