using System.Text.Json;
using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Families;
using MobiZO.Checkpoints.Gguf;
using MobiZO.Checkpoints.Opening;
using MobiZO.Checkpoints.Quantization;
using MobiZO.TestKit;
using MobiZO.TestKit.Gguf;
using MobiZO.TestKit.Golden;

namespace MobiZO.Checkpoints.Tests.Opening;

public sealed class GgufCheckpointTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Goldens()
    {
        var data = new TheoryData<string>();
        foreach (string folder in GoldenFamilies.GgufModels)
        {
            data.Add(Path.GetFileName(folder));
        }

        return data;
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Goldens))]
    public void Weights_are_those_of_the_source_checkpoint(string name)
    {
        using Checkpoint gguf = Checkpoint.Open(Shared.PathOf("fixtures", "gguf", name));
        using Checkpoint source = Checkpoint.Open(SourceOf(name));
        Assert.Equal(CheckpointFormat.Gguf, gguf.Format);
        Assert.Equal(source.Tensors.Keys, gguf.Tensors.Keys);
        foreach ((string tensor, StoredTensor stored) in gguf.Tensors)
        {
            Assert.Equal(source.FindShape(tensor), stored.Shape);
            float[] expected = TestReading.Whole(source, tensor);
            float[] found = TestReading.Whole(gguf, tensor);
            if (stored.StoredType is "F32" or "BF16")
            {
                Assert.Equal(expected, found);
            }
            else if (stored.StoredType == "F16")
            {
                Assert.Equal(Array.ConvertAll(expected, value => (float)(Half)value), found);
            }
            else
            {
                // Rows out of order would give an error near the square root of two.
                Assert.InRange(TestReading.RelativeError(expected, found), 0, stored.StoredType == "Q8_0" ? 0.01 : 0.15);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Goldens))]
    public void Ranges_agree_with_whole_tensors(string name)
    {
        using Checkpoint gguf = Checkpoint.Open(Shared.PathOf("fixtures", "gguf", name));
        foreach (string tensor in gguf.Tensors.Keys)
        {
            float[] whole = TestReading.Whole(gguf, tensor);
            for (int start = 0; start < whole.Length; start += 1 + (whole.Length / 7))
            {
                var part = new float[(whole.Length - start) / 2];
                gguf.Read(tensor, start, part);
                Assert.Equal(whole[start..(start + part.Length)], part);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Goldens))]
    public void Config_is_that_of_the_source_checkpoint(string name)
    {
        using Checkpoint gguf = Checkpoint.Open(Shared.PathOf("fixtures", "gguf", name));
        ModelDescription expected = ConfigReader.Read(Path.Combine(SourceOf(name), "config.json"));
        Assert.Equal(expected.Config.EosTokenIds, gguf.Config.EosTokenIds);
        foreach (
            var (left, right) in expected.Layers.Zip(
                gguf.Description.Layers,
                (left, right) => (left.Attention.Rotary!, right.Attention.Rotary!)
            )
        )
        {
            for (int i = 0; i < left.InverseFrequencies.Count; i++)
            {
                // Divisors of llama3 scaling are stored as fp32.
                Assert.Equal(1, right.InverseFrequencies[i] / left.InverseFrequencies[i], 1e-6);
            }
        }

        Assert.Equal(expected.FinalNorm.Epsilon, gguf.Description.FinalNorm.Epsilon);
        Assert.Equal(
            expected.Config with
            {
                EosTokenIds = [],
                PositionEncoding = "",
            },
            gguf.Config with
            {
                EosTokenIds = [],
                PositionEncoding = "",
            }
        );
    }

    [Fact]
    public void Tokenizer_metadata_is_read()
    {
        using Checkpoint gguf = Checkpoint.Open(Shared.PathOf("fixtures", "gguf", "llama-gqa-f32", "model.gguf"));
        GgufTokenizerMetadata tokenizer = gguf.GgufTokenizer!;
        Assert.Equal(
            ("llama", "default", 272, 272, 272),
            (tokenizer.Model, tokenizer.Pre, tokenizer.Tokens.Count, tokenizer.Scores!.Count, tokenizer.TokenTypes!.Count)
        );
        Assert.Equal((1, 2, null, 0), (tokenizer.BosId, tokenizer.EosId, tokenizer.UnkId, tokenizer.PadId));
        Assert.Equal((true, null, true), (tokenizer.AddBos, tokenizer.AddEos, tokenizer.AddSpacePrefix));
        Assert.Equal("<s>", gguf.SpecialTokens["bos_token"]);
        Assert.Null(gguf.ChatTemplate);
    }

    [Fact]
    public void Rows_of_q_and_k_are_put_in_Hugging_Face_order()
    {
        using Checkpoint gguf = Open(TinyLlama.Gguf());
        float[] rows = [.. Enumerable.Range(0, 8).Select(row => Read(gguf, "model.layers.0.self_attn.q_proj.weight", row * 8) - 3000)];

        // Two heads of four: pairs (0, 1) and (2, 3) of the file are (0, 2) and (1, 3) here.
        Assert.Equal([0, 16, 8, 24, 32, 48, 40, 56], rows);
        Assert.Equal(
            [4000, 4016, 4008, 4024],
            Enumerable.Range(0, 4).Select(row => Read(gguf, "model.layers.0.self_attn.k_proj.weight", row * 8))
        );
        Assert.Equal(
            [5000, 5008, 5016, 5024],
            Enumerable.Range(0, 4).Select(row => Read(gguf, "model.layers.0.self_attn.v_proj.weight", row * 8))
        );
    }

    [Fact]
    public void Facts_come_from_metadata()
    {
        using Checkpoint gguf = Open(
            TinyLlama.Gguf().Add("llama.rope.freq_base", 100f).Add("llama.rope.scaling.type", "linear").Add("llama.rope.scaling.factor", 4f)
        );
        Assert.Equal(
            [0.25, 0.025],
            gguf.Description.Layers[0].Attention.Rotary!.InverseFrequencies.Select(value => Math.Round(value, 12, MidpointRounding.ToEven))
        );
        Assert.True(gguf.Config.TieWordEmbeddings);
        Assert.Equal([2, 3], gguf.Config.EosTokenIds);
        Assert.Equal(1e-5, gguf.Description.FinalNorm.Epsilon);
        Assert.Equal(16, gguf.Config.VocabularySize);
        Assert.Equal("<1>", gguf.SpecialTokens["bos_token"]);
    }

    public static TheoryData<string, object, string> WrongMetadata() =>
        new()
        {
            { "llama.rope.scaling.type", "xpos", "none, linear, yarn or longrope" },
            { "llama.expert_count", 8u, "experts" },
            { "split.count", 2u, "'split.no': expected a whole number from 0 to 1" },
            { "llama.rope.dimension_count", 2u, "width of a head" },
            { "llama.attention.value_length", 8u, "width of a head" },
            { "llama.attention.key_length", 3u, "even" },
            { "llama.attention.key_length", 0u, "llama.attention.key_length" },
            { "llama.attention.key_length", 4000000000u, "llama.attention.key_length" },
            { "llama.attention.key_length", 6u, "attn_q.weight" },
            { "llama.rope.freq_base", float.NaN, "found NaN" },
            { "llama.rope.freq_base", "10000", "above 0" },
            { "tokenizer.ggml.scores", new[] { 1f }, "16 values" },
            { "tokenizer.ggml.token_type", new[] { 1L }, "16 values" },
            { "tokenizer.ggml.add_bos_token", 1u, "true or false" },
            { "tokenizer.chat_template", 1u, "a text" },
        };

    [Theory]
    [MemberData(nameof(WrongMetadata))]
    public void Wrong_metadata_is_refused(string key, object value, string expectedInMessage)
    {
        CheckpointException error = Assert.Throws<CheckpointException>(() => Open(TinyLlama.Gguf().Add(key, value)));
        Assert.Contains("x.gguf", error.Message);
        Assert.Contains(expectedInMessage, error.Message);
    }

    public static TheoryData<string> Refusals =>
        [.. GoldenFamilies.RefusedGgufModels.Select(folder => Path.GetFileName(folder)).DefaultIfEmpty("absent")];

    [Theory]
    [MemberData(nameof(Refusals))]
    public void Files_of_other_families_are_refused_by_name(string name)
    {
        if (name != "absent")
        {
            string message = Assert
                .Throws<CheckpointException>(() => Checkpoint.Open(Shared.PathOf("fixtures", "gguf", name, "model.gguf")))
                .Message;
            Assert.Contains("general.architecture", message);
            Assert.Contains("expected a supported family", message);
        }
    }

    [Fact]
    public void Other_architectures_are_named() =>
        Assert.Contains(
            $"({string.Join(", ", ModelFamilies.GgufArchitectures)}), found 't5'",
            Assert.Throws<CheckpointException>(() => Open(new GgufBytes().Add("general.architecture", "t5"))).Message
        );

    [Fact]
    public void Wrong_tensors_are_refused()
    {
        Assert.Contains("'blk.1.ffn_up.weight': expected shape [12, 8]", Refused(TinyLlama.Gguf().Remove("blk.1.ffn_up.weight")));
        Assert.Contains("token_embd.weight", Refused(TinyLlama.Gguf().Remove("token_embd.weight")));
        Assert.Contains(
            "found [16]",
            Refused(TinyLlama.Gguf().Remove("output_norm.weight").Add("output_norm.weight", GgufTensorType.F32, [16], new byte[64]))
        );
        Assert.Contains(
            "type I32 is not supported",
            Refused(TinyLlama.Gguf().Remove("output_norm.weight").Add("output_norm.weight", GgufTensorType.I32, [8], new byte[32]))
        );
        Assert.Contains(
            "blk.0.attn_q_norm.weight",
            Refused(TinyLlama.Gguf().Add("blk.0.attn_q_norm.weight", GgufTensorType.F32, [4], new byte[16]))
        );
        Assert.Contains("rope_freqs.weight", Refused(TinyLlama.Gguf().Add("rope_freqs.weight", GgufTensorType.F32, [3], new byte[12])));
        Assert.Contains("above 0", Refused(TinyLlama.Gguf().Add("rope_freqs.weight", GgufTensorType.F32, [2], new byte[8])));
    }

    [Fact]
    public void Damaged_files_open_or_say_why()
    {
        byte[] whole = TinyLlama.Gguf().Build();
        Damage.Each(
            whole,
            bytes =>
            {
                using Checkpoint checkpoint = Checkpoint.Open(_folder.Write("damaged.gguf", bytes));
                foreach (string name in checkpoint.Tensors.Keys)
                {
                    TestReading.Whole(checkpoint, name);
                }
            },
            reach: 2600,
            rounds: 1500
        );
    }

    /// <summary>Old files write -1 for an id that they do not have.</summary>
    [Theory]
    [InlineData("padding")]
    [InlineData("unknown")]
    public void An_id_of_no_token_is_taken_for_absent_and_told(string name)
    {
        using Checkpoint checkpoint = Open(TinyLlama.Gguf().Add($"tokenizer.ggml.{name}_token_id", uint.MaxValue));
        Assert.Null(name == "padding" ? checkpoint.GgufTokenizer!.PadId : checkpoint.GgufTokenizer!.UnkId);
        string warning = Assert.Single(checkpoint.Warnings);
        Assert.Contains($"'tokenizer.ggml.{name}_token_id' is 4294967295", warning, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("llama.logit_scale", 1f, true)]
    [InlineData("llama.logit_scale", 2f, false)]
    [InlineData("llama.attention.scale", 0.5f, false)]
    [InlineData("llama.final_logit_softcapping", 30f, false)]
    public void What_changes_the_computation_is_not_left_out(string key, float value, bool isNeutral)
    {
        if (isNeutral)
        {
            using Checkpoint checkpoint = Open(TinyLlama.Gguf().Add(key, value));
            return;
        }

        Assert.Contains($"'{key}'", Refused(TinyLlama.Gguf().Add(key, value)), StringComparison.Ordinal);
    }

    private static float Read(Checkpoint checkpoint, string name, long index)
    {
        var value = new float[1];
        checkpoint.Read(name, index, value);
        return value[0];
    }

    private static string SourceOf(string name)
    {
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllText(Shared.PathOf("fixtures", "gguf", name, "golden.json")));
        return Shared.PathOf("fixtures", golden.RootElement.GetProperty("source_checkpoint").GetString()!);
    }

    private string Refused(GgufBytes bytes) => Assert.Throws<CheckpointException>(() => Open(bytes)).Message;

    private Checkpoint Open(GgufBytes bytes) => Checkpoint.Open(_folder.Write("x.gguf", bytes.Build()));
}
