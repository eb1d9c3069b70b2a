using MobiZO.Checkpoints.Gguf;
using MobiZO.Checkpoints.Quantization;
using MobiZO.Checkpoints.Safetensors;
using MobiZO.TestKit;

namespace MobiZO.Checkpoints.Tests.Quantization;

/// <summary>Expected values: gguf-py's dequantisers, which agree with llama.cpp's bit for bit.</summary>
public sealed class BlockFormatTests
{
    public static TheoryData<string> Names()
    {
        using GgufFile file = QuantsFile.Open();
        return [.. file.Tensors.Keys];
    }

    public static TheoryData<string> Types()
    {
        using GgufFile file = QuantsFile.Open();
        return [.. file.Tensors.Values.Select(tensor => tensor.Type.ToString()).Distinct(StringComparer.Ordinal)];
    }

    [Fact]
    public void The_file_holds_every_type_that_models_are_stored_in() => Assert.Equal(26, Types().Count);

    [Theory]
    [MemberData(nameof(Names))]
    public void Blocks_dequantise_exactly_from_any_element(string name)
    {
        using GgufFile file = QuantsFile.Open();
        using SafetensorsFile golden = SafetensorsFile.Open(Shared.PathOf("fixtures", "gguf-quants", "quants_expected.safetensors"));
        float[] expected = golden.ReadFloat32(name);
        GgufTensor tensor = file.Tensors[name];
        Assert.Equal(golden.Tensors[name].Shape, tensor.Shape);

        var whole = new float[expected.Length];
        file.Read(tensor, 0, whole);
        Assert.Equal(expected, whole);

        foreach (
            (int start, int length) in new[]
            {
                (1, 1),
                (0, 31),
                (5, 20),
                (31, 2),
                (17, 63),
                (32, 32),
                (33, 100),
                (255, 2),
                (250, 300),
                (expected.Length - 1, 1),
                (7, expected.Length - 7),
                (9, 0),
            }
        )
        {
            var part = new float[length];
            file.Read(tensor, start, part);
            Assert.Equal(expected[start..(start + length)], part);
        }
    }

    [Fact]
    public void Other_block_types_are_known_by_name_and_size()
    {
        using GgufFile file = QuantsFile.Open();
        Assert.All(file.Tensors.Values, tensor => Assert.Equal(tensor.Name.Split('.')[0], tensor.Type.ToString()));
        Assert.Null(GgufBlockFormats.Find(GgufTensorType.Q8_K));
    }

    /// <summary>Any bytes are some numbers: codes stay within their bits, and nothing is thrown.</summary>
    [Theory]
    [MemberData(nameof(Types))]
    public void Any_bytes_are_blocks(string type)
    {
        BlockFormat format = GgufBlockFormats.Find(Enum.Parse<GgufTensorType>(type))!;
        var random = new Random(5);
        var stored = new byte[format.Bytes];
        var values = new float[format.Elements];
        var codes = new sbyte[format.Elements];
        for (int round = 0; round < 500; round++)
        {
            random.NextBytes(stored);
            if (round < 2)
            {
                stored.AsSpan().Fill(round == 0 ? byte.MinValue : byte.MaxValue);
            }

            format.Dequantize(stored, values);
            if (format.Codes is { } source)
            {
                var (scales, offsets) = (new float[format.Elements / source.Form.Size], new float[format.Elements / source.Form.Size]);
                source.Unpack(stored, codes, scales, offsets);
                int half = 1 << (source.Form.Bits - 1);
                Assert.All(codes, code => Assert.InRange(code, -half, half - 1));
                Assert.True(source.Form.HasOffsets || offsets.All(offset => offset == 0));
            }
        }
    }

    [Fact]
    public void Sizes_agree_with_the_format()
    {
        foreach (GgufTensorType type in Enum.GetValues<GgufTensorType>())
        {
            Assert.True(GgufTensorTypes.TryGetBlock(type, out int elements, out int bytes));
            if (GgufBlockFormats.Find(type) is { } format)
            {
                Assert.Equal((elements, bytes), (format.Elements, format.Bytes));
            }
        }
    }

    [Fact]
    public void Q8_0_is_scale_times_signed_byte()
    {
        var block = new byte[34];
        BitConverter.TryWriteBytes(block, (Half)0.5f);
        block[2] = 0x80;
        block[33] = 3;
        var values = new float[32];
        GgufBlockFormats.Find(GgufTensorType.Q8_0)!.Dequantize(block, values);
        Assert.Equal(-64, values[0]);
        Assert.Equal(1.5f, values[31]);
    }
}
