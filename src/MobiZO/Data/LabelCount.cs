namespace MobiZO.Data;

/// <summary>How often a choice is the right one.</summary>
/// <param name="Word">The choice.</param>
/// <param name="Count">Examples that have it as their answer.</param>
public sealed record LabelCount(string Word, int Count);
