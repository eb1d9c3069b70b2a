using MobiZO.TestKit;

namespace MobiZO.Cli.Tests.Architecture;

/// <summary>Sizes that keep files readable.</summary>
public sealed class SourceFileTests
{
    private const int MostColumns = 140;
    private const int MostLines = 400;

    private static readonly string[] s_folders = ["src", "tests", "bench", "samples"];

    [Fact]
    public void Lines_end_at_140_columns()
    {
        var tooLong = Sources()
            .SelectMany(path =>
                File.ReadLines(path)
                    .Index()
                    .Where(line => line.Item.Length > MostColumns && !IsLiteral(line.Item))
                    .Select(line => $"{Path.GetRelativePath(Shared.Repository, path)}:{line.Index + 1} has {line.Item.Length} columns")
            );
        Assert.Empty(tooLong);
    }

    [Fact]
    public void Files_end_at_400_lines()
    {
        var tooLong = Sources()
            .Select(path => (Path: Path.GetRelativePath(Shared.Repository, path), Lines: File.ReadLines(path).Count()))
            .Where(file => file.Lines > MostLines)
            .Select(file => $"{file.Path} has {file.Lines} lines");
        Assert.Empty(tooLong);
    }

    /// <summary>The checks above look at something.</summary>
    [Fact]
    public void Sources_are_found() => Assert.InRange(Sources().Count(), 500, 5000);

    /// <summary>A line that is one text of another format, as a line of a journal is, stays whole.</summary>
    private static bool IsLiteral(string line) => line.TrimStart().TrimStart('$').StartsWith('"');

    /// <summary>Every C# file but what tools write.</summary>
    private static IEnumerable<string> Sources() =>
        s_folders
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Shared.Repository, folder), "*.cs", SearchOption.AllDirectories))
            .Where(path => !path.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin" or "Generated"));
}
