namespace MobiZO.Text.Tokenizers;

/// <summary>
/// What <c>tokenizer_config.json</c> says of the tokens around a text. Where it says something, it wins over the post-processor of
/// <c>tokenizer.json</c>, as in transformers.
/// </summary>
/// <param name="AddBos">Whether <paramref name="Bos"/> stands in front; null: as the tokenizer does.</param>
/// <param name="Bos">Spelling of the beginning of a sequence; null when there is none.</param>
/// <param name="AddEos">Whether <paramref name="Eos"/> stands behind; null: as the tokenizer does.</param>
/// <param name="Eos">Spelling of the end of a sequence; null when there is none.</param>
public sealed record SpecialEnds(bool? AddBos, string? Bos, bool? AddEos, string? Eos);
