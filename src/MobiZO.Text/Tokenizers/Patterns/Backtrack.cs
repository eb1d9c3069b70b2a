namespace MobiZO.Text.Tokenizers.Patterns;

/// <summary>Where to go on after a failure; between Floor and Position characters may be given back one at a time.</summary>
internal readonly record struct Backtrack(int Step, int Position, int Floor);
