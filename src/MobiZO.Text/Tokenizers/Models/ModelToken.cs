namespace MobiZO.Text.Tokenizers.Models;

/// <summary>A token of one word: its id and its range in the word's UTF-16 code units.</summary>
internal readonly record struct ModelToken(int Id, int Start, int End);
