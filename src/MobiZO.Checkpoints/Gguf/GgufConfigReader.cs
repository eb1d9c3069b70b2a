using System.Globalization;
using MobiZO.Checkpoints.Configuration;

namespace MobiZO.Checkpoints.Gguf;

/// <summary>Reads the facts of a model from GGUF metadata and tensors.</summary>
/// <remarks>Source of keys and defaults: the format's description in ggml, and llama.cpp's reader of <c>llama.*</c>.</remarks>
internal static class GgufConfigReader
{
    private const string SupportedArchitectures = "llama";
    private const string RopeDivisors = "rope_freqs.weight";

    public static ModelConfig Read(GgufFile file)
    {
        GgufMetadata metadata = file.Metadata;
        string architecture = metadata.Text("general.architecture");
        if (architecture != "llama")
        {
            throw metadata.Bad("general.architecture", $"a supported architecture ({SupportedArchitectures})");
        }

        RefuseWhatChangesTheMath(metadata);
        (string Key, int Value) hidden = ("llama.embedding_length", metadata.Int32("llama.embedding_length", 1));
        (string Key, int Value) heads = ("llama.attention.head_count", metadata.Int32("llama.attention.head_count", 1));
        const string KeyValueKey = "llama.attention.head_count_kv", HeadKey = "llama.attention.key_length";
        int keyValueHeads = metadata.OptionalInt32(KeyValueKey, 1) ?? heads.Value;
        int headDimension = metadata.OptionalInt32(HeadKey, 1) ?? ConfigRules.HeadDimension(file.Path, hidden, heads);
        ConfigRules.CheckHeads(file.Path, heads, (KeyValueKey, keyValueHeads), (HeadKey, headDimension));
        foreach (string key in (string[])["llama.attention.value_length", "llama.rope.dimension_count"])
        {
            if ((metadata.OptionalInt32(key, 1) ?? headDimension) != headDimension)
            {
                throw metadata.Bad(key, $"the same as the width of a head, {headDimension}");
            }
        }

        int vocabulary = ReadVocabularySize(file);
        return new ModelConfig
        {
            ModelType = architecture,
            HiddenSize = hidden.Value,
            IntermediateSize = metadata.Int32("llama.feed_forward_length", 1),
            LayerCount = metadata.Int32("llama.block_count", 1),
            HeadCount = heads.Value,
            KeyValueHeadCount = keyValueHeads,
            HeadDimension = headDimension,
            VocabularySize = vocabulary,
            MaxPositions = metadata.Int32("llama.context_length", 1),
            RmsNormEpsilon = metadata.PositiveNumber("llama.attention.layer_norm_rms_epsilon"),
            Rope = ReadRope(file, headDimension),
            AttentionBias = file.Tensors.ContainsKey("blk.0.attn_q.bias"),
            MlpBias = file.Tensors.ContainsKey("blk.0.ffn_gate.bias"),
            TieWordEmbeddings = !file.Tensors.ContainsKey("output.weight"),
            BosTokenId = metadata.OptionalInt32("tokenizer.ggml.bos_token_id", 0, vocabulary - 1),
            EosTokenIds = ReadEndIds(metadata, vocabulary),
        };
    }

    private static void RefuseWhatChangesTheMath(GgufMetadata metadata)
    {
        if (metadata.OptionalInt32("split.count", 0) > 1)
        {
            throw metadata.Bad("split.count", "one whole file (join the parts with llama-gguf-split --merge)");
        }

        if (metadata.OptionalInt32("llama.expert_count", 0) > 0)
        {
            throw metadata.Bad("llama.expert_count", "no mixture of experts");
        }
    }

    private static int ReadVocabularySize(GgufFile file)
    {
        GgufTensor embedding = file.Tensors.GetValueOrDefault("token_embd.weight")
            ?? throw new CheckpointException($"{file.Path}: tensor 'token_embd.weight': expected the embedding, found no such tensor.");
        return embedding.Shape.Count == 2 && embedding.Shape[0] <= int.MaxValue
            ? (int)embedding.Shape[0]
            : throw new CheckpointException($"{file.Path}: tensor 'token_embd.weight': expected a matrix, found [{string.Join(", ", embedding.Shape)}].");
    }

    private static int[] ReadEndIds(GgufMetadata metadata, int vocabulary)
    {
        int?[] ids =
        [
            metadata.OptionalInt32("tokenizer.ggml.eos_token_id", 0, vocabulary - 1),
            metadata.OptionalInt32("tokenizer.ggml.eot_token_id", 0, vocabulary - 1),
        ];
        return [.. ids.OfType<int>().Distinct()];
    }

    private static RopeConfig ReadRope(GgufFile file, int headDimension)
    {
        GgufMetadata metadata = file.Metadata;
        double theta = metadata.OptionalPositiveNumber("llama.rope.freq_base") ?? 10000;
        double factor = ReadLinearFactor(metadata);
        if (file.Tensors.TryGetValue(RopeDivisors, out GgufTensor? tensor))
        {
            return RopeFrequencies.Divided(theta, headDimension, ReadDivisors(file, tensor, headDimension), factor);
        }

        return factor == 1 ? RopeFrequencies.Default(theta, headDimension) : RopeFrequencies.Linear(theta, headDimension, factor);
    }

    private static double ReadLinearFactor(GgufMetadata metadata)
    {
        const string TypeKey = "llama.rope.scaling.type", FactorKey = "llama.rope.scaling.factor", OldKey = "llama.rope.scale_linear";
        string type = metadata.OptionalText(TypeKey) ?? "linear";
        return type switch
        {
            "none" => 1,
            "linear" => metadata.OptionalPositiveNumber(metadata.Has(FactorKey) ? FactorKey : OldKey) ?? 1,
            _ => throw metadata.Bad(TypeKey, "a supported scaling (none or linear; llama3 comes as tensor rope_freqs.weight)"),
        };
    }

    private static float[] ReadDivisors(GgufFile file, GgufTensor tensor, int headDimension)
    {
        if (tensor.Type != GgufTensorType.F32 || tensor.Count != headDimension / 2)
        {
            throw new CheckpointException(
                $"{file.Path}: tensor '{RopeDivisors}': expected F32 [{headDimension / 2}], found {tensor.Type} [{string.Join(", ", tensor.Shape)}].");
        }

        var divisors = new float[headDimension / 2];
        file.Read(tensor, 0, divisors);
        int bad = Array.FindIndex(divisors, divisor => !(divisor > 0 && float.IsFinite(divisor)));
        return bad < 0
            ? divisors
            : throw new CheckpointException(string.Create(
                CultureInfo.InvariantCulture,
                $"{file.Path}: tensor '{RopeDivisors}': expected finite values above 0, found {divisors[bad]} at {bad}."));
    }
}
