using MobiZO.Cli.QuickStart;

namespace MobiZO.Cli.Tests.QuickStart;

public sealed class NpmPackageTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    /// <summary>The whole quick start, as a user without Node.js sees it.</summary>
    [Fact]
    public async Task Without_node_the_quick_start_says_so_in_one_line()
    {
        var run = _workspace.PathOf("run");
        var environment = new Dictionary<string, string?>
        {
            ["PATH"] = _workspace.PathOf("nothing"),
            ["MOBIZO_CACHE"] = _workspace.PathOf("cache"),
        };
        using var process = Cli.Start(environment, "quickstart", "--output", run);

        var result = await Cli.EndOfAsync(process);

        Assert.Equal((3, ""), (result.ExitCode, result.Output));
        var line = Assert.Single(result.Error.TrimEnd().Split('\n'));
        Assert.Contains("Node.js with npm was not found: install it (https://nodejs.org)", line, StringComparison.Ordinal);
        Assert.False(Directory.Exists(run));
    }

    /// <summary>A folder of something else is refused before anything is looked for or fetched.</summary>
    [Fact]
    public async Task What_is_not_of_a_quick_start_stays()
    {
        var folder = Directory.CreateDirectory(_workspace.PathOf("mine")).FullName;
        var file = Path.Combine(folder, "letter.txt");
        await File.WriteAllTextAsync(file, "Dear");
        foreach (var place in new[] { folder, file })
        {
            var environment = new Dictionary<string, string?> { ["PATH"] = _workspace.PathOf("nothing") };
            using var process = Cli.Start(environment, "quickstart", "--output", place);

            var result = await Cli.EndOfAsync(process);

            Assert.Equal((4, ""), (result.ExitCode, result.Output));
            Assert.Contains("holds what is not of a quick start", result.Error, StringComparison.Ordinal);
        }

        Assert.Equal("Dear", await File.ReadAllTextAsync(file));
    }

    /// <summary>npm is a script that needs node.</summary>
    [Theory]
    [InlineData("npm", "npm.cmd")]
    [InlineData("node", "node.exe")]
    public async Task One_without_the_other_is_not_enough(string name, string windowsName)
    {
        var folder = Directory.CreateDirectory(_workspace.PathOf("bin")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, OperatingSystem.IsWindows() ? windowsName : name), "");

        await Assert.ThrowsAsync<QuickStartException>(() =>
            NpmPackage.FetchAsync("some-package@1.0.0", folder, folder, () => Assert.Fail("npm starts"), CancellationToken.None)
        );
    }
}
