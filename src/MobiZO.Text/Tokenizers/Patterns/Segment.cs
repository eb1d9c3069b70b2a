namespace MobiZO.Text.Tokenizers.Patterns;

/// <summary>A stretch [Start, End) of a text: either a match of a pattern or what lies between two matches.</summary>
internal readonly record struct Segment(int Start, int End, bool IsMatch);
