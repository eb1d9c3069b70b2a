namespace MobiZO.Text.Tokenizers.Models;

/// <summary>A token of a unigram model.</summary>
/// <param name="Spelling">Its text.</param>
/// <param name="Score">The logarithm of its probability.</param>
internal readonly record struct UnigramToken(string Spelling, double Score);
