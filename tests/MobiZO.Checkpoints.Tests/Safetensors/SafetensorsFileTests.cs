using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using MobiZO.Checkpoints.Safetensors;
using MobiZO.TestKit;

namespace MobiZO.Checkpoints.Tests.Safetensors;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> GoldenFiles()
    {
        var data = new TheoryData<string>();
        string root = Shared.PathOf("fixtures");
        foreach (string file in Directory.GetFiles(root, "*.safetensors", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            data.Add(Path.GetRelativePath(root, file));
        }

        return data;
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(GoldenFiles))]
    public void Opens_every_golden_file(string relative)
    {
        using SafetensorsFile file = SafetensorsFile.Open(Shared.PathOf("fixtures", relative));
        Assert.NotEmpty(file.Tensors);
        Assert.Equal(file.Length, file.Tensors.Values.Last().Offset + file.Tensors.Values.Last().ByteLength);
    }

    [Fact]
    public void Reads_golden_numbers()
    {
        using SafetensorsFile file = SafetensorsFile.Open(Shared.PathOf("fixtures", "models", "llama-gqa", "golden.safetensors"));
        Assert.All(file.ReadInt64("input_ids"), id => Assert.InRange(id, 0, 271));
        Assert.All(file.ReadFloat64("losses"), loss => Assert.InRange(loss, 0.1, 50));
        Assert.DoesNotContain(file.ReadFloat32("logits"), logit => !float.IsFinite(logit));
    }

    [Fact]
    public void Reads_every_float_type_from_any_element()
    {
        double[] values =
        [
            0,
            -0.0,
            1,
            -1.5,
            0.333251953125,
            65504,
            6.103515625e-05,
            5.9604644775390625e-08,
            -5.9604644775390625e-08,
            .. Enumerable.Range(0, 50),
        ];
        byte[] f64 = MemoryMarshal.AsBytes<double>(values).ToArray();
        byte[] f32 = MemoryMarshal.AsBytes<float>(Array.ConvertAll(values, v => (float)v)).ToArray();
        byte[] f16 = MemoryMarshal.AsBytes<Half>(Array.ConvertAll(values, v => (Half)v)).ToArray();
        byte[] bf16 = MemoryMarshal
            .AsBytes<ushort>(Array.ConvertAll(values, v => (ushort)(BitConverter.SingleToUInt32Bits((float)v) >> 16)))
            .ToArray();
        string path = _folder.Write(
            "floats.safetensors",
            SafetensorsBytes.Build(
                ("f64", "F64", [values.Length], f64),
                ("f32", "F32", [values.Length], f32),
                ("f16", "F16", [values.Length], f16),
                ("bf16", "BF16", [values.Length], bf16)
            )
        );

        using SafetensorsFile file = SafetensorsFile.Open(path);
        for (int start = 0; start < values.Length; start++)
        {
            foreach (string name in new[] { "f64", "f32", "f16", "bf16" })
            {
                var read = new float[values.Length - start];
                file.ReadFloat32(name, start, read);
                for (int i = 0; i < read.Length; i++)
                {
                    double wanted =
                        name == "bf16"
                            ? BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits((float)values[start + i]) & 0xFFFF0000)
                            : values[start + i];
                    Assert.Equal((float)wanted, read[i]);
                }
            }
        }
    }

    [Fact]
    public void Reads_all_65536_halves_exactly()
    {
        ushort[] bits = [.. Enumerable.Range(0, 65536).Select(i => (ushort)i)];
        string path = _folder.Write(
            "halves.safetensors",
            SafetensorsBytes.Build(("h", "F16", [65536], MemoryMarshal.AsBytes<ushort>(bits).ToArray()))
        );
        using SafetensorsFile file = SafetensorsFile.Open(path);
        float[] read = file.ReadFloat32("h");
        for (int i = 0; i < bits.Length; i++)
        {
            float wanted = (float)BitConverter.UInt16BitsToHalf(bits[i]);
            Assert.True(
                float.IsNaN(wanted)
                    ? float.IsNaN(read[i])
                    : BitConverter.SingleToInt32Bits(wanted) == BitConverter.SingleToInt32Bits(read[i]),
                $"bits {i}"
            );
        }
    }

    [Fact]
    public void Reads_whole_numbers_scalars_and_empty_tensors()
    {
        string path = _folder.Write(
            "ints.safetensors",
            SafetensorsBytes.Build(
                ("a", "I64", [2], [1, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255]),
                ("b", "I32", [], [2, 1, 0, 0]),
                ("c", "BOOL", [1, 2], [0, 1]),
                ("d", "F32", [0, 4], [])
            )
        );
        using SafetensorsFile file = SafetensorsFile.Open(path);
        Assert.Equal([1, -1], file.ReadInt64("a"));
        Assert.Equal([258], file.ReadInt64("b"));
        Assert.Equal([0, 1], file.ReadInt64("c"));
        Assert.Empty(file.ReadFloat32("d"));
        Assert.Throws<CheckpointException>(() => file.ReadFloat32("a"));
        Assert.Throws<CheckpointException>(() => file.ReadInt64("d"));
    }

    [Fact]
    public void Data_beyond_two_gigabytes_is_read()
    {
        const long Count = 600_000_000;
        string header = $"{{\"x\":{{\"dtype\":\"F32\",\"shape\":[{Count}],\"data_offsets\":[0,{Count * 4}]}}}}";
        string path = _folder.Write("large.safetensors", SafetensorsBytes.Raw(Encoding.UTF8.GetBytes(header), []));
        using (FileStream stream = File.Open(path, FileMode.Open))
        {
            // Only the last four bytes are written; the rest is a hole.
            stream.Seek((Count - 1) * 4, SeekOrigin.End);
            stream.Write(BitConverter.GetBytes(1.5f));
        }

        using SafetensorsFile file = SafetensorsFile.Open(path);
        var last = new float[2];
        file.ReadFloat32("x", Count - 2, last);
        Assert.Equal([0, 1.5f], last);
        Assert.Throws<CheckpointException>(() => file.ReadFloat32("x"));
    }

    [Fact]
    public void Ranges_outside_the_tensor_are_refused()
    {
        string path = _folder.Write("x.safetensors", SafetensorsBytes.Build(("x", "F32", [2], new byte[8])));
        using SafetensorsFile file = SafetensorsFile.Open(path);
        Assert.Throws<CheckpointException>(() => file.ReadFloat32("x", 1, new float[2]));
        Assert.Throws<CheckpointException>(() => file.ReadFloat32("x", -1, new float[1]));
        Assert.Throws<CheckpointException>(() => file.ReadFloat32("x", long.MaxValue, new float[1]));
        CheckpointException error = Assert.Throws<CheckpointException>(() => file.ReadFloat32("y", 0, new float[1]));
        Assert.Contains("'y'", error.Message);
    }

    [Fact]
    public void Reading_after_dispose_is_refused()
    {
        SafetensorsFile file = SafetensorsFile.Open(_folder.Write("x.safetensors", SafetensorsBytes.Build(("x", "F32", [2], new byte[8]))));
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => file.ReadFloat32("x"));
    }

    [Theory]
    [InlineData(
        """{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"x":{"dtype":"F32","shape":[0],"data_offsets":[8,8]}}""",
        8,
        "twice"
    )]
    [InlineData("""{"x":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "twice")]
    [InlineData("""{"x":{"dtype":"F33","shape":[2],"data_offsets":[0,8]}}""", 8, "F33")]
    [InlineData("""{"x":{"dtype":7,"shape":[2],"data_offsets":[0,8]}}""", 8, "found 7")]
    [InlineData("""{"x":{"shape":[2],"data_offsets":[0,8]}}""", 8, "found nothing")]
    [InlineData("""{"x":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "12 bytes")]
    [InlineData("""{"x":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "-2")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}""", 8, "2.5")]
    [InlineData("""{"x":{"dtype":"F32","shape":["2"],"data_offsets":[0,8]}}""", 8, "shape")]
    [InlineData("""{"x":{"dtype":"F32","shape":2,"data_offsets":[0,8]}}""", 8, "shape")]
    [InlineData("""{"x":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}}""", 8, "63 bits")]
    [InlineData("""{"x":{"dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,8]}}""", 8, "9223372036854775808")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,9]}}""", 8, "data_offsets")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "data_offsets")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}}""", 8, "data_offsets")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"extra":1}}""", 8, "extra")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "gap")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 8, "found 8")]
    [InlineData(
        """{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"y":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""",
        8,
        "overlaps"
    )]
    [InlineData("""{"x":[]}""", 0, "object")]
    [InlineData("""{"__metadata__":{"a":1}}""", 0, "'a'")]
    [InlineData("""{"__metadata__":[]}""", 0, "__metadata__")]
    [InlineData("""{"__metadata__":{},"__metadata__":{}}""", 0, "twice")]
    [InlineData("""{"__metadata__":{"a":"1","a":"2"}}""", 0, "twice")]
    [InlineData("""{"\ud800":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "JSON")]
    [InlineData("""{"x":""", 0, "JSON")]
    [InlineData("""[]""", 0, "'{'")]
    [InlineData("", 0, "'{'")]
    public void Broken_headers_are_refused(string header, int dataBytes, string expectedInMessage)
    {
        string path = _folder.Write("broken.safetensors", SafetensorsBytes.Raw(Encoding.UTF8.GetBytes(header), new byte[dataBytes]));
        CheckpointException error = Assert.Throws<CheckpointException>(() => SafetensorsFile.Open(path));
        Assert.Contains(path, error.Message);
        Assert.Contains(expectedInMessage, error.Message);
    }

    [Fact]
    public void Lengths_outside_the_file_are_refused()
    {
        var bytes = new byte[16];
        foreach (ulong length in new ulong[] { 9, 100_000_001, ulong.MaxValue, long.MaxValue })
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
            string path = _folder.Write("length.safetensors", bytes);
            Assert.Throws<CheckpointException>(() => SafetensorsFile.Open(path));
        }

        Assert.Throws<CheckpointException>(() => SafetensorsFile.Open(_folder.Write("empty.safetensors", [])));
        Assert.Throws<CheckpointException>(() => SafetensorsFile.Open(_folder.Write("short.safetensors", [1, 2])));
        Assert.Throws<CheckpointException>(() => SafetensorsFile.Open(_folder.Path));
        Assert.Throws<CheckpointException>(() => SafetensorsFile.Open(Path.Combine(_folder.Path, "nothing")));
    }

    [Fact]
    public void Damaged_files_open_or_say_why()
    {
        byte[] whole = SafetensorsBytes.Build(("first", "F32", [2, 2], new byte[16]), ("second", "BF16", [3], new byte[6]));
        Damage.Each(
            whole,
            bytes =>
            {
                using SafetensorsFile file = SafetensorsFile.Open(_folder.Write("damaged.safetensors", bytes));
                foreach (SafetensorsTensor tensor in file.Tensors.Values)
                {
                    file.ReadBytes(tensor.Name, 0, new byte[tensor.ByteLength]);
                }
            }
        );
    }
}
