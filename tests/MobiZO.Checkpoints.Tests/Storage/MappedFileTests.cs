using System.Globalization;
using MobiZO.Checkpoints.Storage;

namespace MobiZO.Checkpoints.Tests.Storage;

public sealed class MappedFileTests : IDisposable
{
    private const int Bytes = 4 << 20;
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    /// <summary>What was read no longer counts as memory of the process, and is read again to the same bytes.</summary>
    [Fact]
    public void Released_pages_leave_the_process_and_come_in_again()
    {
        byte[] content = [.. Enumerable.Range(0, Bytes).Select(index => (byte)(index * 31))];
        File.WriteAllBytes(_path, content);
        using var file = MappedFile.Open(_path);

        Assert.True(Read(file).SequenceEqual(content));
        var before = ResidentKilobytes();
        file.ReleasePages();
        var after = ResidentKilobytes();

        if (OperatingSystem.IsLinux())
        {
            Assert.Equal((Bytes / 1024, 0), (before, after));
        }

        Assert.True(Read(file).SequenceEqual(content));
    }

    [Fact]
    public void Pages_of_a_disposed_file_are_not_touched()
    {
        File.WriteAllBytes(_path, new byte[Bytes]);
        var file = MappedFile.Open(_path);
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(file.ReleasePages);
    }

    private static byte[] Read(MappedFile file)
    {
        using var bytes = file.Borrow();
        return bytes.Slice(0, Bytes).ToArray();
    }

    /// <summary>What the system counts of the mappings of this file; 0 where it does not tell.</summary>
    private int ResidentKilobytes()
    {
        if (!OperatingSystem.IsLinux())
        {
            return 0;
        }

        var (isOfFile, sum) = (false, 0);
        foreach (var line in File.ReadLines("/proc/self/smaps"))
        {
            if (line.Length > 0 && char.IsAsciiHexDigitLower(line[0]) && line.Contains('-', StringComparison.Ordinal))
            {
                isOfFile = line.EndsWith(Path.GetFileName(_path), StringComparison.Ordinal);
            }
            else if (isOfFile && line.StartsWith("Rss:", StringComparison.Ordinal))
            {
                sum += int.Parse(line[4..].Replace("kB", "", StringComparison.Ordinal), NumberStyles.Integer, CultureInfo.InvariantCulture);
            }
        }

        return sum;
    }
}
