using System.Globalization;
using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Gguf;

namespace MobiZO.Checkpoints.Configuration;

/// <summary>The metadata of a GGUF file, and what its tensors tell of the model.</summary>
/// <remarks>Source of keys and defaults: the format's description in ggml, and llama.cpp's reader of hyper-parameters.</remarks>
internal sealed class GgufConfigSource : ConfigSource
{
    private const string Embedding = "token_embd.weight";
    private const string Head = "output.weight";

    // Keys that change the computation of a family that does not read them, unless they have these values.
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
    ];

    // And those that change it whatever they say.
    private static readonly string[] s_mustBeAbsent = ["attention.sliding_window_pattern", "rope.freq_base_swa"];

    private readonly GgufParts _file;
    private readonly string _architecture;
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    /// <param name="file">The file or its parts.</param>
    /// <param name="architecture">Its <c>general.architecture</c>.</param>
    public GgufConfigSource(GgufParts file, string architecture)
    {
        (_file, _architecture) = (file, architecture);
        if (Metadata.OptionalInt32($"{architecture}.expert_count", 0) > 0)
        {
            throw Metadata.Bad($"{architecture}.expert_count", "no mixture of experts");
        }

        if (Metadata.OptionalFlag($"{architecture}.attention.causal") == false)
        {
            throw Metadata.Bad($"{architecture}.attention.causal", "true");
        }
    }

    public override string File => _file.Path;

    private GgufMetadata Metadata => _file.Metadata;

    public override bool Has(ConfigKey key) => key.Gguf is not null && Metadata.Has(NameOf(key));

    public override bool IsWritten(ConfigKey key) => Has(key);

    public override T WhenAbsent<T>(T json, T gguf) => gguf;

    public override int? OptionalInt32(ConfigKey key, int minimum, int maximum = int.MaxValue) =>
        key.Gguf is null ? null : Metadata.OptionalInt32(Read(key), minimum, maximum);

    public override double? OptionalPositiveNumber(ConfigKey key) => key.Gguf is null ? null : Metadata.OptionalPositiveNumber(Read(key));

    public override bool? OptionalFlag(ConfigKey key) => key.Gguf is null ? null : Metadata.OptionalFlag(Read(key));

    public override string? OptionalText(ConfigKey key) => key.Gguf is null ? null : Metadata.OptionalText(Read(key));

    public override bool HasTensors(ConfigKey key, string tensor, bool whenAbsent = false) => _file.Tensors.ContainsKey(tensor);

    public override CheckpointException Bad(ConfigKey key, string expected) => Metadata.Bad(NameOf(key), expected);

    public override string NameOf(ConfigKey key) => $"{_architecture}.{key.Gguf ?? key.Json}";

    /// <summary>Refuses what changes the computation and was not asked for by the family.</summary>
    /// <exception cref="CheckpointException">There is such a key.</exception>
    public void RefuseUnread()
    {
        foreach ((string key, double neutral) in s_mustBeNeutral)
        {
            string name = $"{_architecture}.{key}";
            if (!_read.Contains(name) && !Metadata.IsNumber(name, neutral))
            {
                throw Metadata.Bad(name, string.Create(CultureInfo.InvariantCulture, $"{neutral} (what else it does is not supported)"));
            }
        }

        string[] present = [.. s_mustBeAbsent.Select(key => $"{_architecture}.{key}").Where(Metadata.Has)];
        if (Array.Find(present, name => !_read.Contains(name)) is { } unread)
        {
            throw Metadata.Bad(unread, "no such key (what it does is not supported)");
        }
    }

    public override RotaryDescription Rotary(int headDimension, RotaryKeys? keys = null)
    {
        keys ??= new RotaryKeys();
        return new GgufRotary(_file, _architecture, headDimension, keys).Read(OptionalPositiveNumber(keys.Theta) ?? 10000);
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

    private string Read(ConfigKey key)
    {
        string name = NameOf(key);
        _read.Add(name);
        return name;
    }
}
