namespace MobiZO.Cli.Options;

/// <summary>A number, or the word that may stand in its place.</summary>
/// <param name="Number">The number; null: the word.</param>
internal sealed record NumberOrWord(float? Number);
