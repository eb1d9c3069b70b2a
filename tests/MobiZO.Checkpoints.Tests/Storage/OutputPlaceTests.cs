using MobiZO.Checkpoints.Storage;

namespace MobiZO.Checkpoints.Tests.Storage;

public sealed class OutputPlaceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void OnePlaceIsFoundUnderEverySpelling()
    {
        Directory.CreateDirectory(At("a"));
        File.WriteAllText(At("a/file"), "");

        Assert.True(OutputPlace.IsSame(At("a/file"), At("b/../a/./file")));
        Assert.True(OutputPlace.IsWithin(At("a/new/deep"), At("a/")));
        Assert.False(OutputPlace.IsWithin(At("ab"), At("a")));
        Assert.False(OutputPlace.IsSame(At("a/file"), At("a/files")));
    }

    [Fact]
    public void LinksAreFollowedAlsoInTheMiddleOfAPath()
    {
        if (OperatingSystem.IsWindows())
        {
            // Links need a right there that few users have.
            return;
        }

        Directory.CreateDirectory(At("real"));
        File.WriteAllText(At("real/file"), "");
        Directory.CreateSymbolicLink(At("folder"), "real");
        File.CreateSymbolicLink(At("link"), At("folder/file"));
        File.CreateSymbolicLink(At("around"), At("around"));
        File.CreateSymbolicLink(At("dangling"), At("real/new"));

        Assert.True(OutputPlace.IsSame(At("link"), At("real/file")));
        Assert.True(OutputPlace.IsSame(At("folder/new"), At("dangling")));
        Assert.True(OutputPlace.IsWithin(At("folder/x"), At("real")));
        Assert.False(OutputPlace.IsSame(At("around"), At("link")));
    }

    [Fact]
    public void LinesReplaceTheFileThatALinkNames()
    {
        if (OperatingSystem.IsWindows())
        {
            // Links need a right there that few users have.
            return;
        }

        File.WriteAllText(At("target"), "old");
        File.CreateSymbolicLink(At("link"), At("target"));

        OutputPlace.WriteLines(At("link"), ["a", "é"]);

        Assert.Equal("a\né\n", File.ReadAllText(At("target")));
        Assert.NotNull(new FileInfo(At("link")).LinkTarget);
    }

    private string At(string name) => Path.Combine(_folder.Path, name);
}
