using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace MobiZO.Fuzz.Tests;

/// <summary>
/// Processes are killed at random moments; what is run after them ends with the same bytes as what was never killed. MOBIZO_KILLS is the
/// number of kills of each kind.
/// </summary>
public sealed class KillTests(ITestOutputHelper output) : IDisposable
{
    private const string Variable = "MOBIZO_KILLS";
    private const int FewKills = 4;

    private readonly Random _random = new(42);
    private readonly string _folder = Directory.CreateTempSubdirectory("mobizo-kill-").FullName;

    private static int Kills =>
        int.TryParse(Environment.GetEnvironmentVariable(Variable), CultureInfo.InvariantCulture, out var given) ? given : FewKills;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Training, with converted weights, programs and prompts written on the way, and every resume of it.</summary>
    [Fact]
    public void AKilledRunGoesOnToTheSameBytes()
    {
        var whole = At("whole");
        var watch = Stopwatch.StartNew();
        Assert.Equal(0, Tool.Run(SmallRun.Train(_folder, whole, At("cache-whole"))).Code);

        // Anywhere in a run, also where the machine is slow.
        var longest = 1.1 * watch.Elapsed;
        var (kills, starts, cold, resumed) = (0, 0, 0, 0);
        for (var run = 0; kills < Kills; run++)
        {
            var (folder, isCold) = (At($"run-{run}"), run % 3 == 0);
            var cache = isCold ? At($"cache-{run}") : At("cache-whole");
            while (true)
            {
                starts++;
                var isResumed = File.Exists(Path.Combine(folder, "journal.jsonl"));
                resumed += isResumed ? 1 : 0;
                string[] args = isResumed
                    ? ["train", "--resume", "--output", folder, "--cache-dir", cache]
                    : SmallRun.Train(_folder, folder, cache);
                var limit = kills < Kills ? longest * _random.NextDouble() : (TimeSpan?)null;
                if (Tool.Run(limit, args) is not var (code, text))
                {
                    kills++;
                    cold += isCold ? 1 : 0;
                    continue;
                }

                Assert.True(code == 0, text);
                break;
            }

            SmallRun.AssertSame(whole, folder);
            Directory.Delete(folder, recursive: true);
            if (isCold)
            {
                Directory.Delete(cache, recursive: true);
            }
        }

        output.WriteLine(
            $"{kills} kills of training ({cold} of runs that began with an empty cache), {starts} starts, {resumed} of them resumed"
        );
    }

    [Fact]
    public void AKilledExportLeavesAWholeFileOrNone()
    {
        string[] Export(string file) =>
            ["export", "--model", Tool.Nano, "--program", "score", "--output", file, "--layers", "top-2", "--weights", "fp32"];
        Assert.Equal(0, Tool.Run(Export(At("whole.onnx"))).Code);
        for (var kill = 0; kill < Kills; kill++)
        {
            var file = At($"killed-{kill}.onnx");
            Tool.Run(TimeSpan.FromSeconds(0.1 + (0.8 * _random.NextDouble())), Export(file));
            if (File.Exists(file))
            {
                AssertSameButForName(file);
            }

            // The weights are written first: without the program they are of nobody, and the next export says so.
            File.Delete(file + ".data");
            File.Delete(file);
            Assert.Equal(0, Tool.Run(Export(file)).Code);
            AssertSameButForName(file);
        }

        void AssertSameButForName(string file)
        {
            Assert.Equal(File.ReadAllBytes(At("whole.onnx.data")), File.ReadAllBytes(file + ".data"));
            Assert.True(new FileInfo(file).Length > 1000);
        }
    }

    [Fact]
    public void AKilledReplayLeavesTheRunAndAWholeFolderOrNone()
    {
        Assert.Equal(0, Tool.Run(SmallRun.Train(_folder, At("run"), At("cache"))).Code);
        var adapter = SmallRun.Bytes(At("run"), "adapter");
        for (var kill = 0; kill < Kills; kill++)
        {
            var folder = At($"rebuilt-{kill}");
            string[] replay = ["replay", At("run"), "--output", folder];
            Tool.Run(TimeSpan.FromSeconds(0.05 + (0.4 * _random.NextDouble())), replay);
            if (!Directory.Exists(folder))
            {
                var (code, text) = Tool.Run(replay);
                Assert.True(code == 0, text);
            }

            Assert.Equal(adapter, File.ReadAllBytes(Path.Combine(folder, "adapter_model.safetensors")));
            Assert.True(File.Exists(Path.Combine(folder, "adapter_config.json")));
            Assert.Equal(adapter, SmallRun.Bytes(At("run"), "adapter"));
        }
    }

    private string At(string name) => Path.Combine(_folder, name);
}
