using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Json;

namespace MobiZO.Checkpoints.Configuration;

/// <summary>A <c>config.json</c>, in the layout of published checkpoints or in the one transformers 5 writes.</summary>
internal class JsonConfigSource : ConfigSource
{
    private readonly JsonSection _json;
    private readonly JsonSection? _generation;

    /// <param name="json">The config.</param>
    /// <param name="generation">A <c>generation_config.json</c> whose end-of-sequence ids are added, or null.</param>
    public JsonConfigSource(JsonSection json, JsonSection? generation = null)
    {
        (_json, _generation) = (json, generation);
        if (json.Has("quantization_config"))
        {
            throw json.Bad("quantization_config", "no quantised safetensors (use the original checkpoint, or a GGUF file)");
        }
    }

    public override string File => _json.File;

    public override bool Has(ConfigKey key) => key.Json is { } name && _json.Has(name);

    public override bool IsWritten(ConfigKey key) => key.Json is { } name && _json.IsWritten(name);

    public override T WhenAbsent<T>(T json, T gguf) => json;

    public override int? OptionalInt32(ConfigKey key, int minimum, int maximum = int.MaxValue) =>
        key.Json is { } name ? _json.OptionalInt32(name, minimum, maximum) : null;

    public override double? OptionalPositiveNumber(ConfigKey key) => key.Json is { } name ? _json.OptionalPositiveNumber(name) : null;

    public override bool? OptionalFlag(ConfigKey key) => Has(key) ? _json.Flag(key.Json!) : null;

    public override string? OptionalText(ConfigKey key) => key.Json is { } name ? _json.OptionalText(name) : null;

    public override IReadOnlyList<string>? OptionalTexts(ConfigKey key) => key.Json is { } name ? _json.OptionalTexts(name) : null;

    public override IReadOnlyList<int>? OptionalInt32s(ConfigKey key, int minimum, int maximum) =>
        Has(key) ? _json.Int32OrList(key.Json!, minimum, maximum) : null;

    public override bool HasTensors(ConfigKey key, string tensor, bool whenAbsent = false) => OptionalFlag(key) ?? whenAbsent;

    public override CheckpointException Bad(ConfigKey key, string expected) => _json.Bad(NameOf(key), expected);

    public override string NameOf(ConfigKey key) => key.Json ?? key.Gguf ?? "";

    public override IReadOnlyList<string>? OptionalRepeatedTexts(ConfigKey key) => Has(key) ? _json.RepeatedTexts(key.Json!) : null;

    public override RotaryDescription Rotary(int headDimension, RotaryKeys? keys = null) =>
        new JsonRotary(_json, headDimension, keys ?? new RotaryKeys()).Read();

    private protected override int VocabularySize(ConfigKey key) => _json.Int32(NameOf(key), 1);

    private protected override bool IsTied(bool whenAbsent) =>
        _json.Has("tie_word_embeddings") ? _json.Flag("tie_word_embeddings") : whenAbsent;

    private protected override int? BosId(int vocabulary) => _json.OptionalInt32("bos_token_id", 0, vocabulary - 1);

    private protected override IReadOnlyList<int> EosIds(int vocabulary)
    {
        int[] ids = _json.Int32OrList("eos_token_id", 0, vocabulary - 1);
        return _generation is null ? ids : [.. ids.Union(_generation.Int32OrList("eos_token_id", 0, vocabulary - 1))];
    }
}
