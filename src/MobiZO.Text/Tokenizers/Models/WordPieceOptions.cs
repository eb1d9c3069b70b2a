namespace MobiZO.Text.Tokenizers.Models;

/// <summary>How a word-piece model treats words.</summary>
/// <param name="Unknown">Spelling of the token for unknown words.</param>
/// <param name="ContinuingPrefix">What precedes every token of a word but the first.</param>
/// <param name="MaximumCharacters">Longer words, in code points, are unknown.</param>
internal sealed record WordPieceOptions(string Unknown, string ContinuingPrefix, int MaximumCharacters);
