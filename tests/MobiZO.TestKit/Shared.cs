namespace MobiZO.TestKit;

/// <summary>Finds the folder of golden cases: the environment variable MOBIZO_SHARED, or <c>../shared</c> beside the repository.</summary>
public static class Shared
{
    private static readonly string s_repository = FindRepository();

    /// <summary>The repository root.</summary>
    public static string Repository => s_repository;

    /// <summary>The root of golden cases (it may not exist).</summary>
    public static string Root => Environment.GetEnvironmentVariable("MOBIZO_SHARED") is { Length: > 0 } root
        ? Path.GetFullPath(root)
        : Path.GetFullPath(Path.Combine(s_repository, "..", "shared"));

    /// <summary>A path below the root, whether it exists or not.</summary>
    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>Folders below a folder of the root whose names match, sorted; empty when the root is absent.</summary>
    public static IEnumerable<string> Folders(string below, string pattern = "*") =>
        Directory.Exists(PathOf(below)) ? Directory.GetDirectories(PathOf(below), pattern).Order(StringComparer.Ordinal) : [];

    private static string FindRepository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "MobiZO.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The repository root (MobiZO.slnx) was not found above the test output.");
    }
}
