namespace MobiZO.TestKit;

/// <summary>
/// Finds the golden cases. Those of <c>tests/Fixtures</c> are enough for every test but the slow ones. The environment variable
/// MOBIZO_SHARED names another folder of the same form: each kind of cases that it holds (<c>fixtures/models</c>, <c>fixtures/prge</c>,
/// ...) takes the place of the repository's.
/// </summary>
public static class Shared
{
    private const string Variable = "MOBIZO_SHARED";
    private const string Fixtures = "fixtures";

    /// <summary>The repository root.</summary>
    public static string Repository { get; } = FindRepository();

    /// <summary>
    /// Where published models and task data are, which the repository does not hold: MOBIZO_SHARED, or <c>../shared</c> (it may not exist).
    /// </summary>
    public static string Root => Named ?? Path.GetFullPath(Path.Combine(Repository, "..", "shared"));

    private static string? Named => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } root ? Path.GetFullPath(root) : null;

    /// <summary>A path as below the folder that MOBIZO_SHARED names (<c>fixtures/models/llama-gqa</c>), whether it exists or not.</summary>
    public static string PathOf(params string[] parts)
    {
        string[] names = Path.Combine(parts).Split('/', '\\');
        return names[0] == Fixtures ? FixtureOf(names[1..]) : Path.Combine([Root, .. names]);
    }

    /// <summary>Folders below a folder of cases whose names match, sorted; empty when it is absent.</summary>
    public static IEnumerable<string> Folders(string below, string pattern = "*") =>
        Directory.Exists(PathOf(below)) ? Directory.GetDirectories(PathOf(below), pattern).Order(StringComparer.Ordinal) : [];

    /// <summary>For suites that need what the repository does not hold: all cases come from <see cref="Root"/> where it is.</summary>
    public static void UseRoot()
    {
        if (Directory.Exists(Root))
        {
            Environment.SetEnvironmentVariable(Variable, Root);
        }
    }

    private static string FixtureOf(string[] names)
    {
        var kind = names.Length == 0 ? "" : names[0];
        return Named is { } root && Directory.Exists(Path.Combine(root, Fixtures, kind))
            ? Path.Combine([root, Fixtures, .. names])
            : Path.Combine([Repository, "tests", "Fixtures", .. names]);
    }

    private static string FindRepository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "MobiZO.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName
            ?? throw new InvalidOperationException("The repository root (MobiZO.slnx) was not found above the test output.");
    }
}
