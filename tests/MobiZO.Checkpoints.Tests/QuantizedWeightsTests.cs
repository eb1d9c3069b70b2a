using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Gguf;
using MobiZO.Checkpoints.Quantization;
using MobiZO.Checkpoints.Tests.Quantization;
using MobiZO.TestKit.Gguf;

namespace MobiZO.Checkpoints.Tests;

public sealed class QuantizedWeightsTests : IDisposable
{
    private const string Matrix = "model.layers.0.mlp.up_proj.weight";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>
    /// Rounded to nearest: no weight is further off than half a step of its block, and the ends of 4-bit blocks are kept.
    /// </summary>
    [Theory]
    [InlineData(WeightFormat.Int8)]
    [InlineData(WeightFormat.Int4)]
    public void Weights_are_rounded_to_the_nearest_code(WeightFormat format)
    {
        var source = new Numbers((i, name) => name.Length + MathF.Sin(i * 0.7f) + (0.3f * MathF.Cos(i * 1.9f)));
        var quantized = new QuantizedWeights(source, format);
        float[] exact = TestReading.Whole(source, Matrix);
        float[] rounded = TestReading.Whole(quantized, Matrix);
        Assert.NotEqual(exact, rounded);
        for (int block = 0; block < exact.Length / 32; block++)
        {
            float[] values = exact[(block * 32)..((block + 1) * 32)];
            float step = format == WeightFormat.Int4 ? (values.Max() - values.Min()) / 15 : values.Max(Math.Abs) / 127;
            for (int i = 0; i < 32; i++)
            {
                Assert.InRange(Math.Abs(values[i] - rounded[(block * 32) + i]), 0, (0.5f * step) + 1e-5f);
            }
        }
    }

    /// <summary>
    /// Every weight goes to the nearest of the 16 levels of NormalFloat times the largest size of its block; the levels are those of the
    /// paper's appendix (arXiv 2305.14314, E).
    /// </summary>
    [Fact]
    public void Normal_floats_are_rounded_to_the_nearest_level()
    {
        float[] levels =
        [
            -1.0f,
            -0.6961928009986877f,
            -0.5250730514526367f,
            -0.39491748809814453f,
            -0.28444138169288635f,
            -0.18477343022823334f,
            -0.09105003625154495f,
            0.0f,
            0.07958029955625534f,
            0.16093020141124725f,
            0.24611230194568634f,
            0.33791524171829224f,
            0.44070982933044434f,
            0.5626170039176941f,
            0.7229568362236023f,
            1.0f,
        ];
        var source = new Numbers((i, _) => MathF.Sin(i * 0.7f) + (0.3f * MathF.Cos(i * 1.9f)));
        var quantized = new QuantizedWeights(source, WeightFormat.Nf4);
        Assert.Equal(new BlockLayout(4, false, 64) { IsNormalFloat = true }, quantized.FindBlocks(Matrix));
        Assert.Equal(new BlockLayout(8, false), quantized.FindBlocks("model.embed_tokens.weight"));
        float[] exact = TestReading.Whole(source, Matrix);
        float[] rounded = TestReading.Whole(quantized, Matrix);
        for (int i = 0; i < exact.Length; i++)
        {
            float largest = exact.AsSpan(i / 64 * 64, 64).ToArray().Max(Math.Abs);
            Assert.Equal(levels.MinBy(level => Math.Abs((level * largest) - exact[i])) * largest, rounded[i], 1e-6f);
        }

        var part = new float[70];
        quantized.Read(Matrix, 60, part);
        Assert.Equal(rounded[60..130], part);
        var zeros = new QuantizedWeights(new Numbers((_, _) => 0), WeightFormat.Nf4);
        Assert.All(TestReading.Whole(zeros, Matrix), value => Assert.Equal(0, value));
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(-3.25f)]
    public void Blocks_of_equal_weights_are_exact(float value)
    {
        var source = new Numbers((_, _) => value);
        Assert.All(TestReading.Whole(new QuantizedWeights(source, WeightFormat.Int4), Matrix), found => Assert.Equal(value, found));
        Assert.All(TestReading.Whole(new QuantizedWeights(source, WeightFormat.Int8), Matrix), found => Assert.Equal(value, found, 1e-6f));
    }

    [Fact]
    public void Ranges_agree_with_whole_tensors()
    {
        var quantized = new QuantizedWeights(new Numbers((i, _) => MathF.Sin(i)), WeightFormat.Int4);
        float[] whole = TestReading.Whole(quantized, Matrix);
        foreach ((int start, int length) in new[] { (0, 1), (31, 2), (5, 20), (32, 32), (17, 100), (whole.Length - 1, 1), (9, 0) })
        {
            var part = new float[length];
            quantized.Read(Matrix, start, part);
            Assert.Equal(whole[start..(start + length)], part);
        }
    }

    [Fact]
    public void Vectors_and_ragged_matrices_stay_as_they_are()
    {
        var source = new Numbers((i, _) => MathF.Sin(i));
        var quantized = new QuantizedWeights(source, WeightFormat.Int4);
        foreach (string name in new[] { "norm", "ragged" })
        {
            Assert.Null(quantized.FindBlocks(name));
            Assert.Equal(TestReading.Whole(source, name), TestReading.Whole(quantized, name));
        }

        Assert.Equal(new BlockLayout(4, true), quantized.FindBlocks(Matrix));
        Assert.Null(quantized.FindBlocks("absent"));
    }

    [Fact]
    public void The_embedding_and_the_head_keep_eight_bits()
    {
        var source = new Numbers((i, _) => MathF.Sin(i));
        Assert.Equal(new BlockLayout(8, false), new QuantizedWeights(source, WeightFormat.Int4).FindBlocks("model.embed_tokens.weight"));
        Assert.Equal(new BlockLayout(8, false), new QuantizedWeights(source, WeightFormat.Int4).FindBlocks("lm_head.weight"));
    }

    [Fact]
    public void Every_format_has_a_fingerprint_and_fp32_is_the_checkpoint_itself()
    {
        var source = new Numbers((i, _) => i);
        Assert.Same(source, QuantizedWeights.In(WeightFormat.Float32, source));
        Assert.Equal(
            4,
            Enum.GetValues<WeightFormat>()
                .Where(format => format != WeightFormat.Auto)
                .Select(format => QuantizedWeights.In(format, source).Fingerprint)
                .Distinct()
                .Count()
        );
        Assert.Throws<ArgumentOutOfRangeException>(() => new QuantizedWeights(source, WeightFormat.Float32));
    }

    /// <summary>
    /// 4-bit files are carried over: the values are those of the file, also where the rows of q and k are in another order.
    /// </summary>
    [Theory]
    [InlineData("Q4_0", WeightFormat.Int4)]
    [InlineData("Q4_1", WeightFormat.Int4)]
    [InlineData("Q4_1", WeightFormat.Int8)]
    [InlineData("Q5_1", WeightFormat.Int8)]
    [InlineData("Q8_0", WeightFormat.Int8)]
    [InlineData("Q2_K", WeightFormat.Int4)]
    [InlineData("Q3_K", WeightFormat.Int4)]
    [InlineData("Q4_K", WeightFormat.Int4)]
    [InlineData("TQ1_0", WeightFormat.Int4)]
    [InlineData("TQ2_0", WeightFormat.Int4)]
    [InlineData("IQ1_S", WeightFormat.Int4)]
    [InlineData("Q4_K", WeightFormat.Int8)]
    [InlineData("Q5_K", WeightFormat.Int8)]
    [InlineData("Q6_K", WeightFormat.Int8)]
    [InlineData("MXFP4", WeightFormat.Int8)]
    [InlineData("NVFP4", WeightFormat.Int8)]
    [InlineData("IQ1_M", WeightFormat.Int8)]
    [InlineData("IQ2_XXS", WeightFormat.Int8)]
    [InlineData("IQ2_XS", WeightFormat.Int8)]
    [InlineData("IQ2_S", WeightFormat.Int8)]
    [InlineData("IQ3_XXS", WeightFormat.Int8)]
    [InlineData("IQ3_S", WeightFormat.Int8)]
    [InlineData("IQ4_NL", WeightFormat.Int8)]
    [InlineData("IQ4_XS", WeightFormat.Int8)]
    [InlineData("Q2_K", WeightFormat.Stored)]
    [InlineData("Q4_K", WeightFormat.Stored)]
    [InlineData("Q6_K", WeightFormat.Stored)]
    [InlineData("IQ4_XS", WeightFormat.Stored)]
    public void Stored_codes_are_carried_over(string type, WeightFormat format)
    {
        using Checkpoint checkpoint = OpenGguf(type);
        var quantized = new QuantizedWeights(checkpoint, format);
        Assert.Empty(quantized.RoundedAgain);
        Assert.Null(quantized.RoundingLoss);
        foreach ((string name, StoredTensor stored) in checkpoint.Tensors)
        {
            float[] expected = TestReading.Whole(checkpoint, name);
            float[] found = TestReading.Whole(quantized, name);
            Assert.True(expected.Zip(found).All(pair => Math.Abs(pair.First - pair.Second) <= 1e-5f), $"{name} {stored.StoredType}");
        }
    }

    /// <summary>Each matrix has the fewest bits of 4 and 8 that hold its codes; what is not stored in codes stays fp32.</summary>
    [Theory]
    [InlineData("Q2_K", 4, true, 16)]
    [InlineData("Q3_K", 4, false, 16)]
    [InlineData("Q4_K", 4, true, 32)]
    [InlineData("Q5_K", 8, true, 32)]
    [InlineData("Q6_K", 8, false, 16)]
    [InlineData("Q8_0", 8, false, 32)]
    [InlineData("IQ2_XS", 8, false, 16)]
    [InlineData("F16", 0, false, 0)]
    public void Auto_keeps_what_the_file_stores(string type, int bits, bool hasOffsets, int size)
    {
        using Checkpoint checkpoint = OpenGguf(type);
        IWeightSource kept = QuantizedWeights.In(WeightFormat.Stored, checkpoint);
        Assert.Equal(bits == 0, ReferenceEquals(kept, checkpoint));
        BlockLayout? expected = bits == 0 ? null : new BlockLayout(bits, hasOffsets, size);
        Assert.Equal(expected, (kept as QuantizedWeights)?.FindBlocks(Matrix));
        Assert.Equal(expected, (kept as QuantizedWeights)?.FindBlocks("model.embed_tokens.weight"));
        Assert.Null((kept as QuantizedWeights)?.FindBlocks("model.norm.weight"));
    }

    [Theory]
    [InlineData("Q6_K", 7, 0.02, 0.15)]
    [InlineData("IQ4_XS", 7, 0.02, 0.2)]
    public void Codes_that_are_rounded_again_are_told_with_their_error(string type, int matrices, double least, double most)
    {
        using Checkpoint checkpoint = OpenGguf(type);
        var quantized = new QuantizedWeights(checkpoint, WeightFormat.Int4);
        Assert.Equal(matrices, quantized.RoundedAgain.Count);
        Assert.DoesNotContain("model.embed_tokens.weight", quantized.RoundedAgain);
        Assert.InRange(RoundingLoss.Of(quantized, quantized.RoundedAgain), least, most);
        string sentence = quantized.RoundingLoss!;
        Assert.StartsWith("int4 weights: 7 matrices are stored in codes of more bits and are rounded again", sentence);
        Assert.Contains("EngineOptions.Weights = WeightFormat.Stored keeps", sentence);
    }

    /// <summary>Codes of 4 bits fit int4 and do not fit nf4, whose levels are others.</summary>
    [Fact]
    public void Codes_of_few_bits_are_rounded_by_nf4()
    {
        using Checkpoint checkpoint = OpenGguf("Q4_1");
        string sentence = new QuantizedWeights(checkpoint, WeightFormat.Nf4).RoundingLoss!;
        Assert.Matches("^nf4 weights: [0-9]+ matrices are stored in codes, which are no levels of NormalFloat, and are rounded", sentence);
        Assert.EndsWith("EngineOptions.Weights = WeightFormat.Stored keeps every stored code.", sentence);
        Assert.Null(new QuantizedWeights(checkpoint, WeightFormat.Int4).RoundingLoss);
    }

    [Fact]
    public void More_bits_than_the_format_has_are_rounded()
    {
        using Checkpoint checkpoint = OpenGguf("Q8_0");
        var quantized = new QuantizedWeights(checkpoint, WeightFormat.Int4);
        double error = TestReading.RelativeError(TestReading.Whole(checkpoint, Matrix), TestReading.Whole(quantized, Matrix));
        Assert.InRange(error, 0.01, 0.15);
        Assert.Equal(TestReading.Whole(checkpoint, "model.embed_tokens.weight"), TestReading.Whole(quantized, "model.embed_tokens.weight"));
    }

    [Fact]
    public void Blocks_outside_a_matrix_are_refused()
    {
        using Checkpoint checkpoint = OpenGguf("Q4_0");
        Assert.Null(checkpoint.FindBlocks("model.norm.weight"));
        Assert.Null(checkpoint.FindBlocks("absent"));
        Assert.Throws<CheckpointException>(() => checkpoint.ReadBlocks(Matrix, 64, new sbyte[32], new float[1], new float[1]));
        Assert.Throws<CheckpointException>(() => checkpoint.ReadBlocks(Matrix, 0, new sbyte[31], new float[1], new float[1]));
        Assert.Throws<CheckpointException>(() => checkpoint.ReadBlocks("model.norm.weight", 0, new sbyte[32], new float[1], new float[1]));
        Assert.Throws<CheckpointException>(() => checkpoint.ReadBlocks("absent", 0, new sbyte[32], new float[1], new float[1]));
    }

    // One layer, 2 heads, 1 key/value head, 16 tokens; hidden 32, or a block where that is more.
    private Checkpoint OpenGguf(string type)
    {
        GgufTensorType blocks = Enum.Parse<GgufTensorType>(type);
        GgufTensorTypes.TryGetBlock(blocks, out int elements, out int bytes);
        int hidden = Math.Max(32, elements);
        var gguf = new GgufBytes()
            .Add("general.architecture", "llama")
            .Add("llama.block_count", 1u)
            .Add("llama.context_length", 32u)
            .Add("llama.embedding_length", (uint)hidden)
            .Add("llama.feed_forward_length", (uint)(2 * hidden))
            .Add("llama.attention.head_count", 2u)
            .Add("llama.attention.head_count_kv", 1u)
            .Add("llama.attention.layer_norm_rms_epsilon", 1e-5f)
            .Add("tokenizer.ggml.model", "gpt2")
            .Add("tokenizer.ggml.tokens", Enumerable.Range(0, 16).Select(i => $"<{i}>").ToArray());
        foreach (
            (string name, int rows, int width) in new[]
            {
                ("token_embd.weight", 16, hidden),
                ("blk.0.attn_q.weight", hidden, hidden),
                ("blk.0.attn_k.weight", hidden / 2, hidden),
                ("blk.0.attn_v.weight", hidden / 2, hidden),
                ("blk.0.attn_output.weight", hidden, hidden),
                ("blk.0.ffn_gate.weight", 2 * hidden, hidden),
                ("blk.0.ffn_up.weight", 2 * hidden, hidden),
                ("blk.0.ffn_down.weight", hidden, 2 * hidden),
            }
        )
        {
            gguf.Add(name, blocks, [rows, width], Blocks(type, rows * width / elements, bytes));
        }

        foreach (string name in new[] { "blk.0.attn_norm.weight", "blk.0.ffn_norm.weight", "output_norm.weight" })
        {
            byte[] norm = [.. Enumerable.Range(0, hidden).SelectMany(i => BitConverter.GetBytes(1 + (i * 0.01f)))];
            gguf.Add(name, GgufTensorType.F32, [hidden], norm);
        }

        return Checkpoint.Open(_folder.Write("model.gguf", gguf.Build()));
    }

    private static byte[] Blocks(string type, int count, int bytes)
    {
        if (type is not ("Q4_0" or "Q4_1" or "Q5_1" or "Q8_0"))
        {
            return QuantsFile.Blocks(type, count * bytes);
        }

        var stored = new byte[count * bytes];
        for (int i = 0; i < stored.Length; i++)
        {
            stored[i] = (byte)((i * 167) + (i / 256));
        }

        for (int block = 0; block < count; block++)
        {
            BitConverter.TryWriteBytes(stored.AsSpan(block * bytes), (Half)(0.02f + (0.001f * (block % 9))));
            BitConverter.TryWriteBytes(stored.AsSpan((block * bytes) + 2), (Half)(-0.1f + (0.003f * (block % 7))));
        }

        return stored;
    }

    private sealed class Numbers(Func<int, string, float> value) : IWeightSource
    {
        public string Fingerprint => "numbers";

        public IReadOnlyCollection<string> Names => [Matrix, "model.embed_tokens.weight", "lm_head.weight", "norm", "ragged"];

        public TensorRole? FindRole(string name) =>
            name switch
            {
                "model.embed_tokens.weight" => TensorRole.Embedding,
                "lm_head.weight" => TensorRole.Head,
                _ => TensorRole.Up,
            };

        public IReadOnlyList<int>? FindShape(string name) =>
            name switch
            {
                "norm" => [64],
                "ragged" => [8, 33],
                _ => Names.Contains(name) ? [8, 64] : null,
            };

        public void Read(string name, long start, Span<float> destination)
        {
            for (int i = 0; i < destination.Length; i++)
            {
                destination[i] = value((int)start + i, name);
            }
        }
    }
}
