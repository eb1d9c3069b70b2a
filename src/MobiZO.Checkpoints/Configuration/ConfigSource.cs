using MobiZO.Checkpoints.Architecture;

namespace MobiZO.Checkpoints.Configuration;

/// <summary>
/// The facts of a model in one of the two formats; a family asks it by <see cref="ConfigKey"/> and does not know which it is.
/// </summary>
internal abstract class ConfigSource
{
    /// <summary>Bound of the layers, so that a damaged number cannot ask for gigabytes.</summary>
    private const int MostLayers = 10_000;

    /// <summary>The file.</summary>
    public abstract string File { get; }

    /// <summary>Whether a value is there; a null counts as absent.</summary>
    public abstract bool Has(ConfigKey key);

    /// <summary>Whether the key is there, be its value null.</summary>
    public abstract bool IsWritten(ConfigKey key);

    /// <summary>What an absent fact means, where the two formats do not agree.</summary>
    /// <param name="json">What transformers takes.</param>
    /// <param name="gguf">What llama.cpp takes.</param>
    public abstract T WhenAbsent<T>(T json, T gguf);

    /// <summary>A whole number, or null when absent.</summary>
    public abstract int? OptionalInt32(ConfigKey key, int minimum, int maximum = int.MaxValue);

    /// <summary>A finite number above zero, or null when absent.</summary>
    public abstract double? OptionalPositiveNumber(ConfigKey key);

    /// <summary>True or false, or null when absent.</summary>
    public abstract bool? OptionalFlag(ConfigKey key);

    /// <summary>A text, or null when absent.</summary>
    public abstract string? OptionalText(ConfigKey key);

    /// <summary>Texts, or null when absent. GGUF files have none.</summary>
    public virtual IReadOnlyList<string>? OptionalTexts(ConfigKey key) => null;

    /// <summary>Whole numbers, or null when absent. GGUF files have none.</summary>
    public virtual IReadOnlyList<int>? OptionalInt32s(ConfigKey key, int minimum, int maximum) => null;

    /// <summary>Whether tensors that only some models of a family have are there: GGUF files say it by having them.</summary>
    /// <param name="key">The flag in <c>config.json</c>.</param>
    /// <param name="tensor">The tensor in a GGUF file.</param>
    /// <param name="whenAbsent">What an absent flag means.</param>
    public abstract bool HasTensors(ConfigKey key, string tensor, bool whenAbsent = false);

    /// <summary>A list of <c>[texts, count]</c>, written out as one list of texts; null when absent. GGUF files have none.</summary>
    public virtual IReadOnlyList<string>? OptionalRepeatedTexts(ConfigKey key) => null;

    /// <summary>The rotary embedding of heads.</summary>
    /// <param name="headDimension">Width of a head.</param>
    /// <param name="keys">Where it is said; null: where most families say it.</param>
    public abstract RotaryDescription Rotary(int headDimension, RotaryKeys? keys = null);

    /// <summary>The error for a value.</summary>
    public abstract CheckpointException Bad(ConfigKey key, string expected);

    /// <summary>The key as the file has it, for errors.</summary>
    public abstract string NameOf(ConfigKey key);

    /// <summary>A whole number that must be there.</summary>
    public int Int32(ConfigKey key, int minimum, int maximum = int.MaxValue) =>
        OptionalInt32(key, minimum, maximum) ?? throw Bad(key, $"a whole number from {minimum} up");

    /// <summary>A finite number above zero that must be there.</summary>
    public double PositiveNumber(ConfigKey key) => OptionalPositiveNumber(key) ?? throw Bad(key, "a number above 0");

    /// <summary>A finite number above zero; null where the file says null.</summary>
    /// <param name="key">The key.</param>
    /// <param name="whenAbsent">What an absent key means.</param>
    public double? PositiveNumberOrNone(ConfigKey key, double? whenAbsent) =>
        OptionalPositiveNumber(key) ?? (IsWritten(key) ? null : whenAbsent);

    /// <summary>Refuses a flag that is on.</summary>
    public void RequireOff(ConfigKey key)
    {
        if (OptionalFlag(key) == true)
        {
            throw Bad(key, "false");
        }
    }

    /// <summary>Refuses a flag that is off; absent is fine.</summary>
    public void RequireOn(ConfigKey key)
    {
        if (OptionalFlag(key) == false)
        {
            throw Bad(key, "true");
        }
    }

    /// <summary>Refuses another text; absent is fine.</summary>
    public void RequireText(ConfigKey key, params IReadOnlyList<string> allowed)
    {
        if (OptionalText(key) is { } text && !allowed.Contains(text))
        {
            throw Bad(key, allowed[0]);
        }
    }

    /// <summary>The sizes and special ids of a model, checked against each other.</summary>
    /// <param name="modelType">Name of the family.</param>
    /// <param name="keys">What the family calls them.</param>
    public ModelConfig Sizes(string modelType, SizeKeys keys)
    {
        int hidden = Int32(keys.HiddenSize, 1);
        int heads = Int32(keys.HeadCount, 1);
        int keyValueHeads = OptionalInt32(keys.KeyValueHeadCount, 1) ?? heads;
        int headDimension =
            OptionalInt32(keys.HeadDimension, 1)
            ?? ConfigRules.HeadDimension(File, (NameOf(keys.HiddenSize), hidden), (NameOf(keys.HeadCount), heads));
        ConfigRules.CheckHeads(
            File,
            (NameOf(keys.HeadCount), heads),
            (NameOf(keys.KeyValueHeadCount), keyValueHeads),
            (NameOf(keys.HeadDimension), headDimension)
        );
        CheckHeadDimension(headDimension);
        int vocabulary = VocabularySize(keys.VocabularySize);
        return new ModelConfig
        {
            ModelType = modelType,
            HiddenSize = hidden,
            IntermediateSize =
                OptionalInt32(keys.IntermediateSize, 1) ?? keys.DefaultIntermediateSize?.Invoke(hidden) ?? Int32(keys.IntermediateSize, 1),
            LayerCount = Int32(keys.LayerCount, 1, MostLayers),
            HeadCount = heads,
            KeyValueHeadCount = keyValueHeads,
            HeadDimension = headDimension,
            VocabularySize = vocabulary,
            MaxPositions = OptionalInt32(keys.MaxPositions, 1) ?? keys.DefaultMaxPositions ?? Int32(keys.MaxPositions, 1),
            TieWordEmbeddings = IsTied(keys.IsTiedByDefault),
            BosTokenId = BosId(vocabulary),
            EosTokenIds = EosIds(vocabulary),
        };
    }

    private protected abstract int VocabularySize(ConfigKey key);

    private protected abstract bool IsTied(bool whenAbsent);

    private protected abstract int? BosId(int vocabulary);

    private protected abstract IReadOnlyList<int> EosIds(int vocabulary);

    /// <summary>Refuses other statements about the width of a head.</summary>
    private protected virtual void CheckHeadDimension(int headDimension) { }
}
