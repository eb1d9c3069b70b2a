using MobiZO.Checkpoints.Storage;

namespace MobiZO.Checkpoints.Tests.Storage;

public sealed class AtomicFileTests
{
    [Fact]
    public void The_old_file_stays_until_the_new_one_is_whole()
    {
        var folder = Directory.CreateTempSubdirectory("mobizo-atomic-").FullName;
        try
        {
            var path = Path.Combine(folder, "file");
            AtomicFile.Write(path, stream => stream.Write("old"u8));
            Assert.Throws<InvalidOperationException>(() =>
                AtomicFile.Write(
                    path,
                    stream =>
                    {
                        stream.Write("half"u8);
                        Assert.Equal("old", File.ReadAllText(path));
                        throw new InvalidOperationException();
                    }
                )
            );
            Assert.Equal("old", File.ReadAllText(path));
            Assert.Equal([path], Directory.GetFiles(folder));
            AtomicFile.Write(path, stream => stream.Write("new"u8));
            Assert.Equal("new", File.ReadAllText(path));
            Assert.Equal([path], Directory.GetFiles(folder));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
