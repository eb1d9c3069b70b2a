using System.Globalization;
using MobiZO.Fuzz.Tests;
using Xunit.Abstractions;

namespace MobiZO.Slow.Tests.Reliability;

/// <summary>
/// A disk that is full ends a run with code 4, at whatever file; with room again the run goes on to the same bytes. MOBIZO_FULL_DISK names
/// a small file system for it (a tmpfs of a few megabytes), whose files are removed; MOBIZO_KILLS is the number of runs.
/// </summary>
public sealed class FullDiskTests(ITestOutputHelper output) : IDisposable
{
    private const int FewRuns = 4;

    private readonly Random _random = new(42);
    private readonly string _folder = Directory.CreateTempSubdirectory("mobizo-full-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [FullDiskFact]
    public void ARunOnAFullDiskGoesOnToTheSameBytes()
    {
        var disk = FullDiskFactAttribute.Disk!;
        var runs = int.TryParse(Environment.GetEnvironmentVariable("MOBIZO_KILLS"), CultureInfo.InvariantCulture, out var given)
            ? given
            : FewRuns;
        var (whole, cache) = (Path.Combine(_folder, "whole"), Path.Combine(_folder, "cache"));
        var (folder, fill) = (Path.Combine(disk, "run"), Path.Combine(disk, "fill"));
        Assert.Equal(0, Tool.Run(SmallRun.Train(_folder, whole, cache)).Code);
        var full = 0;
        for (var run = 0; run < runs; run++)
        {
            // The run writes about 100 KB: the disk fills up anywhere on the way, or just not.
            var room = _random.Next(0, 110_000);
            File.WriteAllBytes(fill, new byte[Math.Max(0, new DriveInfo(disk).AvailableFreeSpace - room)]);
            var (code, text) = Tool.Run(SmallRun.Train(_folder, folder, cache));
            Assert.True(code is 0 or 4, text);
            full += code == 4 ? 1 : 0;
            File.Delete(fill);
            if (code == 4)
            {
                var args = File.Exists(Path.Combine(folder, "journal.jsonl"))
                    ? ["train", "--resume", "--output", folder, "--cache-dir", cache]
                    : SmallRun.Train(_folder, folder, cache);
                (code, text) = Tool.Run(args);
                Assert.True(code == 0, text);
            }

            SmallRun.AssertSame(whole, folder);
            Directory.Delete(folder, recursive: true);
        }

        Assert.True(full > 0, "No run met a full disk.");
        output.WriteLine($"{runs} runs, {full} of them on a full disk");
    }
}
