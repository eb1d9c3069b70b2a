using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Gguf;
using MobiZO.Checkpoints.Storage;

namespace MobiZO.Checkpoints.Opening;

/// <summary>What a format's reader finds; <see cref="Checkpoint"/> shows it to the outside.</summary>
internal sealed record CheckpointContents
{
    public required string Path { get; init; }

    public required CheckpointFormat Format { get; init; }

    public required ModelDescription Description { get; init; }

    public required WeightStore Weights { get; init; }

    /// <summary>Small files whose whole text is part of the fingerprint.</summary>
    public IReadOnlyList<string> ConfigFiles { get; init; } = [];

    public string? TokenizerFile { get; init; }

    public GgufTokenizerMetadata? GgufTokenizer { get; init; }

    public string? ChatTemplate { get; init; }

    public required IReadOnlyDictionary<string, string> SpecialTokens { get; init; }

    /// <summary>Whether <c>tokenizer_config.json</c> has encoding put BOS in front; null when it does not say.</summary>
    public bool? AddBos { get; init; }

    /// <summary>Whether <c>tokenizer_config.json</c> has encoding put EOS behind; null when it does not say.</summary>
    public bool? AddEos { get; init; }

    /// <summary>What was taken for absent, a sentence each.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
