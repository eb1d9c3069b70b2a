namespace MobiZO.ExecuTorch.Tests.Engine;

/// <summary>Folders of program files in a cache that others use too.</summary>
public sealed class ProgramFolderTests : IDisposable
{
    private readonly TemporaryFolder _cache = new();

    public void Dispose() => _cache.Dispose();

    [Fact]
    public void Owners_that_live_keep_their_folders()
    {
        using (var first = ProgramFolder.Create(_cache.Path))
        {
            File.WriteAllText(Path.Combine(first.Path, "step.pte"), "");
            using var second = ProgramFolder.Create(_cache.Path);
            Assert.True(File.Exists(Path.Combine(first.Path, "step.pte")));
            Assert.NotEqual(first.Path, second.Path);
        }

        Assert.Empty(Directory.GetFileSystemEntries(_cache.Path));
    }

    /// <summary>The process has another id here, or none: its lock says that it lives.</summary>
    [Fact]
    public void A_folder_is_removed_when_nobody_holds_its_lock()
    {
        string[] left = [_cache["executorch-2000000000-a"], _cache["executorch-b"]];
        Array.ForEach(left, folder => File.WriteAllText(Path.Combine(Directory.CreateDirectory(folder).FullName, "step.pte"), ""));
        var held = new FileStream(left[0] + ".lock", FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        using (held)
        {
            ProgramFolder.Create(_cache.Path).Dispose();
            Assert.True(File.Exists(Path.Combine(left[0], "step.pte")));
            Assert.False(Directory.Exists(left[1]));
        }

        ProgramFolder.Create(_cache.Path).Dispose();
        Assert.Empty(Directory.GetFileSystemEntries(_cache.Path));
    }

    /// <summary>What may not be removed must not stop an engine: the lock here cannot be opened or deleted as a file.</summary>
    [Fact]
    public void A_folder_that_may_not_be_removed_stays()
    {
        Directory.CreateDirectory(Path.Combine(_cache["executorch-a"], "x"));
        Directory.CreateDirectory(Path.Combine(_cache["executorch-a"] + ".lock", "x"));

        using var folder = ProgramFolder.Create(_cache.Path);

        Assert.True(Directory.Exists(folder.Path));
    }
}
