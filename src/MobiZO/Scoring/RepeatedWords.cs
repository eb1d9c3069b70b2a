namespace MobiZO.Scoring;

/// <summary>Finds texts that go round in circles.</summary>
internal static class RepeatedWords
{
    private const int Length = 8;
    private const int Times = 3;

    /// <summary>Whether the same eight tokens stand in a text three times or more; occurrences may overlap.</summary>
    public static bool AreIn(IReadOnlyList<int> tokens)
    {
        int[] ids = [.. tokens];
        return Enumerable
            .Range(0, Math.Max(0, ids.Length - Length + 1))
            .CountBy(start => string.Join(' ', ids[start..(start + Length)]), StringComparer.Ordinal)
            .Any(found => found.Value >= Times);
    }
}
