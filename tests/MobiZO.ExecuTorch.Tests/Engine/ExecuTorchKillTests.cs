using System.Diagnostics;
using MobiZO.ExecuTorch.Tests.Setup;
using MobiZO.Fuzz.Tests;
using CommandLine = MobiZO.Fuzz.Tests.Tool;

namespace MobiZO.ExecuTorch.Tests.Engine;

/// <summary>The command line with this engine, killed at random moments: a run goes on to the bytes of one that was never killed.</summary>
[Collection(ReleasedRuntimeCollection.Name)]
public sealed class ExecuTorchKillTests : IDisposable
{
    private const int Kills = 3;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [ExecuTorchFact]
    public void AKilledRunGoesOnToTheSameBytes()
    {
        string[] engine = ["--engine", "executorch"];
        var (whole, killed) = (Path.Combine(_folder.Path, "whole"), Path.Combine(_folder.Path, "killed"));
        var cache = Path.Combine(_folder.Path, "cache");
        var watch = Stopwatch.StartNew();
        var (code, text) = CommandLine.Run([.. SmallRun.Train(_folder.Path, whole, cache), .. engine]);
        Assert.True(code == 0, text);
        var longest = watch.Elapsed;
        var random = new Random(42);
        for (var kills = 0; ; kills++)
        {
            string[] args = File.Exists(Path.Combine(killed, "journal.jsonl"))
                ? ["train", "--resume", "--output", killed, "--cache-dir", cache]
                : [.. SmallRun.Train(_folder.Path, killed, cache), .. engine];
            var limit = kills < Kills ? longest * (0.4 + (0.5 * random.NextDouble())) : (TimeSpan?)null;
            if (CommandLine.Run(limit, args) is not var (end, said))
            {
                continue;
            }

            Assert.True(end == 0, said);
            break;
        }

        SmallRun.AssertSame(whole, killed);

        // What a killed process leaves of its programs, the next one removes.
        Assert.Empty(Directory.GetDirectories(cache, "executorch-*"));
    }
}
