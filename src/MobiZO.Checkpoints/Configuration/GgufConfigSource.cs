using System.Globalization;
using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Gguf;
using MobiZO.Checkpoints.Quantization;

namespace MobiZO.Checkpoints.Configuration;

/// <summary>The metadata of a GGUF file, and what its tensors tell of the model.</summary>
/// <remarks>Source of keys and defaults: the format's description in ggml, and llama.cpp's reader of hyper-parameters.</remarks>
internal sealed class GgufConfigSource : ConfigSource
{
    /// <summary>Divisors of rotary frequencies; the config is read from it, no weight.</summary>
    public const string RopeDivisors = "rope_freqs.weight";

    private const string Embedding = "token_embd.weight";
    private const string Head = "output.weight";

    // Keys of other families that change the computation when they are there.
    private static readonly (string Key, double Neutral)[] s_mustBeNeutral =
    [
        ("attention.scale", 0),
        ("attention.sliding_window", 0),
        ("attention.clamp_kqv", 0),
        ("attention.max_alibi_bias", 0),
        ("attn_logit_softcapping", 0),
        ("final_logit_softcapping", 0),
        ("logit_scale", 1),
        ("residual_scale", 1),
        ("embedding_scale", 1),
        ("rope.scaling.attn_factor", 1),
    ];

    private readonly GgufParts _file;
    private readonly string _architecture;

    /// <param name="file">The file or its parts.</param>
    /// <param name="architecture">Its <c>general.architecture</c>.</param>
    public GgufConfigSource(GgufParts file, string architecture)
    {
        (_file, _architecture) = (file, architecture);
        if (Metadata.OptionalInt32($"{architecture}.expert_count", 0) > 0)
        {
            throw Metadata.Bad($"{architecture}.expert_count", "no mixture of experts");
        }

        foreach ((string key, double neutral) in s_mustBeNeutral)
        {
            string name = $"{architecture}.{key}";
            if (!Metadata.IsNumber(name, neutral))
            {
                throw Metadata.Bad(name, string.Create(CultureInfo.InvariantCulture, $"{neutral} (what else it does is not supported)"));
            }
        }
    }

    public override string File => _file.Path;

    private GgufMetadata Metadata => _file.Metadata;

    public override bool Has(ConfigKey key) => key.Gguf is not null && Metadata.Has(NameOf(key));

    public override int? OptionalInt32(ConfigKey key, int minimum, int maximum = int.MaxValue) =>
        key.Gguf is null ? null : Metadata.OptionalInt32(NameOf(key), minimum, maximum);

    public override double? OptionalPositiveNumber(ConfigKey key) => key.Gguf is null ? null : Metadata.OptionalPositiveNumber(NameOf(key));

    public override bool? OptionalFlag(ConfigKey key) => key.Gguf is null ? null : Metadata.OptionalFlag(NameOf(key));

    public override string? OptionalText(ConfigKey key) => key.Gguf is null ? null : Metadata.OptionalText(NameOf(key));

    public override bool HasTensors(ConfigKey key, string tensor, bool whenAbsent = false) => _file.Tensors.ContainsKey(tensor);

    public override CheckpointException Bad(ConfigKey key, string expected) => Metadata.Bad(NameOf(key), expected);

    public override string NameOf(ConfigKey key) => $"{_architecture}.{key.Gguf ?? key.Json}";

    public override RotaryDescription Rotary(int headDimension)
    {
        if ((Metadata.OptionalInt32($"{_architecture}.rope.dimension_count", 1) ?? headDimension) != headDimension)
        {
            throw Metadata.Bad($"{_architecture}.rope.dimension_count", $"the same as the width of a head, {headDimension}");
        }

        double theta = Metadata.OptionalPositiveNumber($"{_architecture}.rope.freq_base") ?? 10000;
        double factor = ReadLinearFactor();
        if (_file.Tensors.TryGetValue(RopeDivisors, out GgufTensor? tensor))
        {
            return RopeFrequencies.Divided(theta, headDimension, ReadDivisors(tensor, headDimension), factor);
        }

        return factor == 1 ? RopeFrequencies.Default(theta, headDimension) : RopeFrequencies.Linear(theta, headDimension, factor);
    }

    private protected override void CheckHeadDimension(int headDimension)
    {
        string key = $"{_architecture}.attention.value_length";
        if ((Metadata.OptionalInt32(key, 1) ?? headDimension) != headDimension)
        {
            throw Metadata.Bad(key, $"the same as the width of a head, {headDimension}");
        }
    }

    private protected override int VocabularySize(ConfigKey key)
    {
        GgufTensor embedding =
            _file.Tensors.GetValueOrDefault(Embedding)
            ?? throw new CheckpointException($"{File}: tensor '{Embedding}': expected the embedding, found no such tensor.");
        return embedding.Shape.Count == 2 && embedding.Shape[0] <= int.MaxValue
            ? (int)embedding.Shape[0]
            : throw new CheckpointException(
                $"{File}: tensor '{Embedding}': expected a matrix, found [{string.Join(", ", embedding.Shape)}]."
            );
    }

    private protected override bool IsTied(bool whenAbsent) => !_file.Tensors.ContainsKey(Head);

    private protected override int? BosId(int vocabulary) => Metadata.OptionalTokenId("tokenizer.ggml.bos_token_id", vocabulary);

    private protected override IReadOnlyList<int> EosIds(int vocabulary)
    {
        int?[] ids =
        [
            Metadata.OptionalTokenId("tokenizer.ggml.eos_token_id", vocabulary),
            Metadata.OptionalTokenId("tokenizer.ggml.eot_token_id", vocabulary),
        ];
        return [.. ids.OfType<int>().Distinct()];
    }

    private double ReadLinearFactor()
    {
        string typeKey = $"{_architecture}.rope.scaling.type",
            factorKey = $"{_architecture}.rope.scaling.factor";
        string oldKey = $"{_architecture}.rope.scale_linear";
        string type = Metadata.OptionalText(typeKey) ?? "linear";
        return type switch
        {
            "none" => 1,
            "linear" => Metadata.OptionalPositiveNumber(Metadata.Has(factorKey) ? factorKey : oldKey) ?? 1,
            _ => throw Metadata.Bad(typeKey, $"a supported scaling (none or linear; llama3 comes as tensor {RopeDivisors})"),
        };
    }

    private float[] ReadDivisors(GgufTensor tensor, int headDimension)
    {
        if (tensor.Type != GgufTensorType.F32 || tensor.Count != headDimension / 2)
        {
            throw new CheckpointException(
                $"{File}: tensor '{RopeDivisors}': expected F32 [{headDimension / 2}], found {tensor.Type} "
                    + $"[{string.Join(", ", tensor.Shape)}]."
            );
        }

        var divisors = new float[headDimension / 2];
        _file.Read(tensor, 0, divisors);
        int bad = Array.FindIndex(divisors, divisor => !(divisor > 0 && float.IsFinite(divisor)));
        return bad < 0
            ? divisors
            : throw new CheckpointException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{File}: tensor '{RopeDivisors}': expected finite values above 0, found {divisors[bad]} at {bad}."
                )
            );
    }
}
