using MobiZO.Checkpoints.Storage;

namespace MobiZO.Checkpoints.Tests.Storage;

public sealed class StagedFileTests
{
    [Fact]
    public void A_file_has_its_name_when_it_is_whole_and_not_before()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "whole");
        using (var file = StagedFile.In(folder.Path))
        {
            file.Stream.Write("bytes"u8);
            Assert.False(File.Exists(path));
            Assert.True(StagedFile.IsWriterAlive(Assert.Single(Directory.GetFiles(folder.Path, StagedFile.Pattern))));
            file.Commit(path);
        }

        Assert.Equal("bytes", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void What_is_not_committed_is_removed()
    {
        using var folder = new TemporaryFolder();
        using (var file = StagedFile.For(Path.Combine(folder.Path, "never")))
        {
            file.Stream.Write("bytes"u8);
        }

        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Theory]
    [InlineData("2147483647-1.tmp")]
    [InlineData("weights.bin.2147483647-1.tmp")]
    [InlineData("weights.bin.tmp")]
    public void A_name_without_a_living_process_has_no_writer(string name) => Assert.False(StagedFile.IsWriterAlive(name));
}
