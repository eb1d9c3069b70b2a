namespace MobiZO.Text.Tokenizers.Models;

/// <summary>What two neighbouring tokens become, and how early.</summary>
internal readonly record struct Merge(int Rank, int Id);
