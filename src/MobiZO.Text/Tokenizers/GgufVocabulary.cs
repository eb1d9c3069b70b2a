namespace MobiZO.Text.Tokenizers;

/// <summary>The vocabulary of a GGUF file, as its <c>tokenizer.ggml.*</c> metadata describe it.</summary>
public sealed record GgufVocabulary
{
    /// <summary><c>tokenizer.ggml.model</c>: "gpt2" (byte-level BPE with merges) or "llama" (SentencePiece BPE with scores).</summary>
    public required string Model { get; init; }

    /// <summary><c>tokenizer.ggml.pre</c>: the name of the pre-tokenizer of a "gpt2" vocabulary; null means "default".</summary>
    public string? Pre { get; init; }

    /// <summary><c>tokenizer.ggml.tokens</c>: the spelling of every id.</summary>
    public required IReadOnlyList<string> Tokens { get; init; }

    /// <summary><c>tokenizer.ggml.scores</c>: one score a token; "llama" merges the highest score first.</summary>
    public IReadOnlyList<float>? Scores { get; init; }

    /// <summary>
    /// <c>tokenizer.ggml.token_type</c>: 1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte. The tokens of
    /// <see cref="Tokenizer.GgufEndTexts"/> and <c>&lt;start_of_turn&gt;</c> are control tokens always.
    /// </summary>
    public IReadOnlyList<int>? TokenTypes { get; init; }

    /// <summary><c>tokenizer.ggml.merges</c>: "left right", best first; "gpt2" only.</summary>
    public IReadOnlyList<string>? Merges { get; init; }

    /// <summary><c>tokenizer.ggml.bos_token_id</c>; null means 1 for "llama".</summary>
    public int? BosId { get; init; }

    /// <summary><c>tokenizer.ggml.eos_token_id</c>; null means 2 for "llama".</summary>
    public int? EosId { get; init; }

    /// <summary><c>tokenizer.ggml.unknown_token_id</c>; null means 0 for "llama".</summary>
    public int? UnkId { get; init; }

    /// <summary><c>tokenizer.ggml.add_bos_token</c>; null leaves the choice to the kind of vocabulary.</summary>
    public bool? AddBos { get; init; }

    /// <summary><c>tokenizer.ggml.add_eos_token</c>; null means no.</summary>
    public bool? AddEos { get; init; }

    /// <summary><c>tokenizer.ggml.add_space_prefix</c>; null means yes; "llama" only.</summary>
    public bool? AddSpacePrefix { get; init; }

    /// <summary>
    /// Whether spaces at the ends are dropped and repeated ones squeezed, as models of SentencePiece may ask for ("llama" only). No key of
    /// GGUF files sets it: llama.cpp keeps these spaces whatever <c>tokenizer.ggml.remove_extra_whitespaces</c> says.
    /// </summary>
    public bool RemoveExtraWhitespaces { get; init; }

    /// <summary>
    /// <c>general.name</c>: in models of the family Phi-3 special tokens swallow the spaces behind them, which no other key says.
    /// </summary>
    public string? ModelName { get; init; }

    /// <summary>What error messages call the source of this vocabulary, such as the file's path.</summary>
    public string Source { get; init; } = "GGUF vocabulary";
}
