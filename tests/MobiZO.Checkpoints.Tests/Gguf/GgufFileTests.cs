using MobiZO.Checkpoints.Gguf;
using MobiZO.TestKit.Gguf;

namespace MobiZO.Checkpoints.Tests.Gguf;

public sealed class GgufFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_value_type_is_read()
    {
        using GgufFile file = Open(
            new GgufBytes()
                .Add("u8", (byte)200)
                .Add("i8", (sbyte)-3)
                .Add("u16", (ushort)60000)
                .Add("i16", (short)-300)
                .Add("u32", 4000000000u)
                .Add("i32", -5)
                .Add("f32", 1e-5f)
                .Add("yes", true)
                .Add("text", "héllo")
                .Add("u64", ulong.MaxValue)
                .Add("i64", 77L)
                .Add("f64", 2.5)
                .Add("texts", new[] { "a", "" })
                .Add("floats", new[] { 1f, 2f })
                .Add("ints", new[] { -1, 2 })
                .Add("nested", new object[] { new[] { 1u }, new[] { "x" } })
                .Add("none", Array.Empty<int>())
                .Add("u64s", new[] { ulong.MaxValue, 1UL })
        );
        GgufMetadata metadata = file.Metadata;
        Assert.Equal(200, metadata.Int32("u8", 0));
        Assert.Equal(-3, metadata.Int32("i8", -3));
        Assert.Equal(60000, metadata.Int32("u16", 0));
        Assert.Equal(-300, metadata.Int32("i16", -300));
        Assert.Throws<CheckpointException>(() => metadata.Int32("u32", 0));
        Assert.Equal(-5, metadata.Int32("i32", -5));
        Assert.Equal(1e-5, metadata.PositiveNumber("f32"));
        Assert.True(metadata.OptionalFlag("yes"));
        Assert.Equal("héllo", metadata.Text("text"));
        Assert.Throws<CheckpointException>(() => metadata.Int32("u64", 0));
        Assert.Equal(77, metadata.Int32("i64", 0));
        Assert.Equal(2.5, metadata.PositiveNumber("f64"));
        Assert.Equal(["a", ""], metadata.OptionalTexts("texts")!);
        Assert.Equal([1f, 2f], metadata.OptionalFloats("floats")!);
        Assert.Equal([-1, 2], metadata.OptionalIntegers("ints")!);
        Assert.Empty(metadata.OptionalIntegers("none")!);
        Assert.True(metadata.Has("nested"));
        Assert.Null(metadata.OptionalText("absent"));
        Assert.Throws<CheckpointException>(() => metadata.Text("u8"));
        Assert.Throws<CheckpointException>(() => metadata.OptionalTexts("nested"));
    }

    [Theory]
    [InlineData(2u)]
    [InlineData(3u)]
    public void Tensors_are_found_and_read(uint version)
    {
        using GgufFile file = Open(
            new GgufBytes { Version = version }
                .AddTensor("a", 0, [2, 3], Floats(6))
                .AddTensor("b", 30, [3], [0, 0, 0x80, 0x3F, 0, 0xC0])
        );
        Assert.Equal([3, 2], file.Tensors["a"].Shape);
        var values = new float[3];
        file.Read(file.Tensors["b"], 0, values);
        Assert.Equal([0, 1, -2], values);
        file.Read(file.Tensors["a"], 2, values);
        Assert.Equal([2, 3, 4], values);
    }

    /// <summary>In a large file a damaged length is no more than the bytes left, and would ask for gigabytes.</summary>
    [Theory]
    [InlineData(8u, 0u, 100_000_000UL, "length of 'key': expected at most 67108864, found 100000000")]
    [InlineData(9u, 0u, 100_000_000UL, "element count of 'key': expected at most 16777216, found 100000000")]
    [InlineData(9u, 8u, 10_000_000_000UL, "element count of 'key': expected at most ")]
    public void Lengths_of_large_files_are_bounded(uint type, uint elements, ulong length, string expectedInMessage)
    {
        byte[] value = GgufBytes.Write(writer =>
        {
            writer.Write(type);
            if (type == 9)
            {
                writer.Write(elements);
            }

            writer.Write(length);
        });
        string path = _folder.Write("model.gguf", new GgufBytes().AddRaw("key", value).Build());
        using (FileStream file = File.OpenWrite(path))
        {
            file.SetLength(200_000_000);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        string message = Assert.Throws<CheckpointException>(() => GgufFile.Open(path)).Message;
        Assert.Contains(expectedInMessage, message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000_000);
    }

    public static TheoryData<string, string> Broken() =>
        new()
        {
            { "version", "found 7" },
            { "version 1", "found 1" },
            { "big endian", "big-endian" },
            { "tensor count", "number of tensors" },
            { "huge tensor count", "number of tensors" },
            { "pair count", "number of metadata pairs" },
            { "huge pair count", "number of metadata pairs" },
            { "duplicate key", "'a' is given twice" },
            { "duplicate tensor", "'t' is given twice" },
            { "value type", "found 13" },
            { "array type", "found 99" },
            { "array count", "element count of 'a'" },
            { "text length", "length of 'a'" },
            { "nesting", "arrays inside each other" },
            { "bool", "found 2" },
            { "alignment 0", "general.alignment" },
            { "alignment 24", "general.alignment" },
            { "alignment text", "general.alignment" },
            { "tensor type", "type number 4" },
            { "no dimensions", "dimensions" },
            { "five dimensions", "dimensions" },
            { "dimension 0", "dimensions" },
            { "dimension overflow", "fits" },
            { "dimension above 2^63", "dimensions" },
            { "row of 31", "multiple of 32" },
            { "offset unaligned", "multiple of 32" },
            { "offset outside", "bytes from byte" },
            { "offset overflow", "bytes from byte" },
            { "overlap", "data after that of 't'" },
            { "data cut", "bytes from byte" },
        };

    [Theory]
    [MemberData(nameof(Broken))]
    public void Broken_files_are_refused(string what, string expectedInMessage)
    {
        byte[] bytes = what switch
        {
            "version" => new GgufBytes { Version = 7 }.Build(),
            "version 1" => new GgufBytes { Version = 1 }.Build(),
            "big endian" => new GgufBytes { Version = 0x03000000 }.Build(),
            "tensor count" => new GgufBytes { TensorCount = 1 }.Build(),
            "huge tensor count" => new GgufBytes { TensorCount = ulong.MaxValue }.Build(),
            "pair count" => new GgufBytes { PairCount = 1 }.Build(),
            "huge pair count" => new GgufBytes { PairCount = long.MaxValue }.Build(),
            "duplicate key" => new GgufBytes().Add("a", 1u).Add("a", 1u).Build(),
            "duplicate tensor" => new GgufBytes().AddTensor("t", 0, [1], Floats(1)).AddTensor("t", 0, [1], Floats(1)).Build(),
            "value type" => new GgufBytes().AddRaw("a", [13, 0, 0, 0]).Build(),
            "array type" => new GgufBytes().AddRaw("a", [9, 0, 0, 0, 99, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]).Build(),
            "array count" => new GgufBytes().AddRaw("a", [9, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0]).Build(),
            "text length" => new GgufBytes().AddRaw("a", [8, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255]).Build(),
            "nesting" => new GgufBytes()
                .AddRaw("a", [9, 0, 0, 0, .. Enumerable.Repeat<byte[]>([9, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0], 5000).SelectMany(x => x)])
                .Build(),
            "bool" => new GgufBytes().AddRaw("a", [7, 0, 0, 0, 2]).Build(),
            "alignment 0" => new GgufBytes().Add("general.alignment", 0u).Build(),
            "alignment 24" => new GgufBytes().Add("general.alignment", 24u).Build(),
            "alignment text" => new GgufBytes().Add("general.alignment", "32").Build(),
            "tensor type" => new GgufBytes().AddTensor("t", 4, [1], Floats(1)).Build(),
            "no dimensions" => new GgufBytes().AddTensor("t", 0, [], Floats(1)).Build(),
            "five dimensions" => new GgufBytes().AddTensor("t", 0, [1, 1, 1, 1, 1], Floats(1)).Build(),
            "dimension 0" => new GgufBytes().AddTensor("t", 0, [0], Floats(1)).Build(),
            "dimension overflow" => new GgufBytes().AddTensor("t", 0, [1UL << 62, 1UL << 62, 1UL << 62, 1UL << 62], Floats(1)).Build(),
            "dimension above 2^63" => new GgufBytes().AddTensor("t", 0, [1UL << 63], Floats(1)).Build(),
            "row of 31" => new GgufBytes().AddTensor("t", 8, [31], new byte[34]).Build(),
            "offset unaligned" => new GgufBytes().AddTensor("t", 0, [1], Floats(1), offset: 4).Build(),
            "offset outside" => new GgufBytes().AddTensor("t", 0, [1], Floats(1), offset: 32).Build(),
            "offset overflow" => new GgufBytes().AddTensor("t", 0, [1], Floats(1), offset: ulong.MaxValue - 31).Build(),
            "overlap" => new GgufBytes().AddTensor("t", 0, [16], Floats(16)).AddTensor("u", 0, [16], Floats(16), offset: 32).Build(),
            "data cut" => new GgufBytes().AddTensor("t", 0, [16], Floats(16)).Build()[..^4],
            _ => throw new ArgumentOutOfRangeException(nameof(what), what, null),
        };
        string path = _folder.Write("broken.gguf", bytes);
        CheckpointException error = Assert.Throws<CheckpointException>(() => GgufFile.Open(path));
        Assert.Contains(path, error.Message);
        Assert.Contains(expectedInMessage, error.Message);
    }

    [Fact]
    public void Other_files_are_refused() =>
        Assert.Contains(
            "not a GGUF file",
            Assert.Throws<CheckpointException>(() => GgufFile.Open(_folder.Write("x.gguf", "hello world, hello"))).Message
        );

    private static byte[] Floats(int count) => [.. Enumerable.Range(0, count).SelectMany(i => BitConverter.GetBytes((float)i))];

    private GgufFile Open(GgufBytes bytes) => GgufFile.Open(_folder.Write("x.gguf", bytes.Build()));
}
