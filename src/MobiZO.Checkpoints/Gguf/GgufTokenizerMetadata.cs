namespace MobiZO.Checkpoints.Gguf;

/// <summary>The tokenizer of a GGUF file as its metadata gives it (<c>tokenizer.ggml.*</c>); null where a key is absent.</summary>
public sealed record GgufTokenizerMetadata
{
    /// <summary>Kind: <c>llama</c> (SentencePiece), <c>gpt2</c> (byte-level BPE), ...</summary>
    public required string Model { get; init; }

    /// <summary>Name of the pre-tokenizer, e.g. <c>smollm</c>.</summary>
    public string? Pre { get; init; }

    /// <summary>Texts by id.</summary>
    public required IReadOnlyList<string> Tokens { get; init; }

    /// <summary>Scores by id; as many as <see cref="Tokens"/>.</summary>
    public IReadOnlyList<float>? Scores { get; init; }

    /// <summary>Types by id: 1 normal, 2 unknown, 3 control, 4 user defined, 5 unused, 6 byte; as many as <see cref="Tokens"/>.</summary>
    public IReadOnlyList<int>? TokenTypes { get; init; }

    /// <summary>Merges in order of rank, each two pieces with a space between.</summary>
    public IReadOnlyList<string>? Merges { get; init; }

    /// <summary>Beginning of sequence.</summary>
    public int? BosId { get; init; }

    /// <summary>End of sequence.</summary>
    public int? EosId { get; init; }

    /// <summary>End of a turn, when it differs from the end of sequence.</summary>
    public int? EotId { get; init; }

    /// <summary>Unknown token.</summary>
    public int? UnkId { get; init; }

    /// <summary>Padding token.</summary>
    public int? PadId { get; init; }

    /// <summary>Whether encoding puts <see cref="BosId"/> in front.</summary>
    public bool? AddBos { get; init; }

    /// <summary>Whether encoding puts <see cref="EosId"/> at the end.</summary>
    public bool? AddEos { get; init; }

    /// <summary>Whether encoding puts a space in front.</summary>
    public bool? AddSpacePrefix { get; init; }

    /// <summary>Name of the model (<c>general.name</c>): how special tokens treat space depends on it.</summary>
    public string? ModelName { get; init; }
}
