using System.Globalization;
using MobiZO.Optimization;
using MobiZO.Programs.Ops;

namespace MobiZO.TrainBench.Steps;

/// <summary>Reads shapes such as <c>all:P=2|8,E=1|4,T=16;activated:P=32,E=4,T=27,S=1</c>: every combination of the listed sizes.</summary>
internal static class StepGrid
{
    public const string Default = "activated:P=8|32,E=4,T=27,S=1;all:P=2|8|32,E=1|4,T=16|64";

    /// <summary>All shapes in the order they are written; of several sizes the last changes fastest.</summary>
    /// <exception cref="FormatException">The text is not of this form; the message names the part.</exception>
    public static IReadOnlyList<StepShape> Parse(string text)
    {
        var shapes = text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).SelectMany(ParsePart).ToList();
        return shapes.Count > 0 ? shapes : throw new FormatException($"grid: expected parts such as '{Default}', found nothing");
    }

    private static IEnumerable<StepShape> ParsePart(string part)
    {
        var pieces = part.Split(':', 2);
        AdapterScope scope = pieces[0].Trim() switch
        {
            "all" => AdapterScope.All,
            "activated" => AdapterScope.Activated,
            _ => throw new FormatException($"grid: '{part}' must start with 'all:' or 'activated:'"),
        };
        var sizes = Sizes(part, pieces.Length == 2 ? pieces[1] : "", scope);
        return from p in sizes["P"] from e in sizes["E"] from t in sizes["T"] from s in sizes["S"] select Create(part, scope, p, e, t, s);
    }

    private static Dictionary<string, int[]> Sizes(string part, string text, AdapterScope scope)
    {
        var allowed = scope == AdapterScope.All ? "P, E and T" : "P, E, T and S";
        var sizes = new Dictionary<string, int[]>(StringComparer.Ordinal) { ["S"] = [1] };
        foreach (var assignment in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var sides = assignment.Split('=');
            if (sides.Length != 2 || sides[0] is not ("P" or "E" or "T" or "S") || (sides[0] == "S" && scope == AdapterScope.All))
            {
                throw new FormatException($"grid: '{part}' sets {allowed} such as P=8|32; found '{assignment}'");
            }

            sizes[sides[0]] = [.. sides[1].Split('|').Select(size => ParseSize(part, assignment, size))];
        }

        string[] missing = [.. new[] { "P", "E", "T" }.Where(name => !sizes.ContainsKey(name))];
        return missing.Length == 0 ? sizes : throw new FormatException($"grid: '{part}' does not say {string.Join(", ", missing)}");
    }

    private static int ParseSize(string part, string assignment, string size) =>
        int.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value is >= 1 and <= 1 << 20
            ? value
            : throw new FormatException($"grid: '{part}': '{assignment}' needs whole numbers from 1, found '{size}'");

    private static StepShape Create(string part, AdapterScope scope, int p, int e, int t, int s)
    {
        // As a run does it: the default estimator in scope activated, the paper's in scope all.
        if (scope == AdapterScope.All)
        {
            return p % 2 == 0
                ? new StepShape(scope, EstimatorKind.TwoSided, p, e, 0, t)
                : throw new FormatException($"grid: '{part}': P is twice the queries (two-sided) in scope all, found the odd {p}");
        }

        var shape = new StepShape(scope, new OptimizerOptions().EstimatorInForce, p, e, t, s);
        return shape.Queries >= 2
            ? shape
            : throw new FormatException(
                $"grid: '{part}': P is the queries and a clean copy (one-sided-normalized) in scope activated, at least 3; found {p}"
            );
    }
}
