using MobiZO.Checkpoints.Storage;

namespace MobiZO.Checkpoints.Tests.Storage;

public sealed class DiskSpaceTests
{
    [Fact]
    public void Free_space_is_found_for_folders_that_do_not_exist_yet()
    {
        using var folder = new TemporaryFolder();
        var free = DiskSpace.Free(folder.Path);
        Assert.True(free > 0);
        Assert.True(DiskSpace.Free(Path.Combine(folder.Path, "a", "b", "c")) > 0);
        Assert.True(DiskSpace.Free("relative/folder") > 0);
        Assert.True(DiskSpace.Free(Path.GetPathRoot(folder.Path)!) > 0);

        // A network share on Windows has no drive letter; there the answer is "not known", elsewhere it is an odd relative name.
        _ = DiskSpace.Free(@"\\server\share\folder");
        _ = DiskSpace.Free(@"C:\cache\mobizo");
    }

    [Fact]
    public void Too_little_space_names_the_folder_and_both_amounts()
    {
        using var folder = new TemporaryFolder();
        var error = Assert.Throws<IOException>(() => DiskSpace.Require(folder.Path, long.MaxValue, "The moons", "Look up."));
        Assert.Contains("The moons need", error.Message, StringComparison.Ordinal);
        Assert.Contains(folder.Path, error.Message, StringComparison.Ordinal);
        Assert.EndsWith(" MB are free. Look up.", error.Message, StringComparison.Ordinal);
        DiskSpace.Require(folder.Path, 1, "The moons", "Look up.");
    }
}
