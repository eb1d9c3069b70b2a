namespace MobiZO.Cli;

/// <summary>The known name that was probably meant.</summary>
internal static class NearestName
{
    /// <summary>The nearest one; null when none is near.</summary>
    public static string? Of(string written, IEnumerable<string> known) =>
        known
            .Select(name => (Name: name, Distance: EditDistance.Between(written, name)))
            .Where(candidate => candidate.Distance <= Math.Max(1, written.Length / 3))
            .OrderBy(candidate => candidate.Distance)
            .ThenBy(candidate => Math.Abs(candidate.Name.Length - written.Length))
            .ThenBy(candidate => candidate.Name, StringComparer.Ordinal)
            .Select(candidate => candidate.Name)
            .FirstOrDefault();
}
