using System.Diagnostics;
using System.Globalization;
using MobiZO.Journal;
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
        Assert.Equal(0, Tool.Run(Train(whole, At("cache-whole"))).Code);

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
                string[] args = isResumed ? ["train", "--resume", "--output", folder, "--cache-dir", cache] : Train(folder, cache);
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

            AssertSame(whole, folder);
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
        Assert.Equal(0, Tool.Run(Train(At("run"), At("cache"))).Code);
        var adapter = Bytes(At("run"), "adapter");
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
            Assert.Equal(adapter, Bytes(At("run"), "adapter"));
        }
    }

    /// <summary>
    /// A disk that is full ends a run with code 4, at whatever file; with room again it goes on to the same bytes. MOBIZO_FULL_DISK names a
    /// small file system of its own for it (a tmpfs of a few megabytes) whose files are removed.
    /// </summary>
    [Fact]
    public void ARunOnAFullDiskGoesOnToTheSameBytes()
    {
        if (Environment.GetEnvironmentVariable("MOBIZO_FULL_DISK") is not { Length: > 0 } disk)
        {
            // Making a file system needs a right that tests do not have; docs/reliability.md has the command.
            return;
        }

        var (whole, folder, fill) = (At("whole"), Path.Combine(disk, "run"), Path.Combine(disk, "fill"));
        Assert.Equal(0, Tool.Run(Train(whole, At("cache"))).Code);
        var full = 0;
        for (var run = 0; run < Kills; run++)
        {
            // The run writes about 100 KB: the disk fills up anywhere on the way, or just not.
            var room = _random.Next(0, 110_000);
            using (var stream = new FileStream(fill, FileMode.Create))
            {
                stream.SetLength(0);
                var zeros = new byte[Math.Max(0, new DriveInfo(disk).AvailableFreeSpace - room)];
                stream.Write(zeros);
            }

            var (code, text) = Tool.Run(Train(folder, At("cache")));
            Assert.True(code is 0 or 4, text);
            full += code == 4 ? 1 : 0;
            File.Delete(fill);
            if (code == 4)
            {
                var args = File.Exists(Path.Combine(folder, "journal.jsonl"))
                    ? ["train", "--resume", "--output", folder, "--cache-dir", At("cache")]
                    : Train(folder, At("cache"));
                (code, text) = Tool.Run(args);
                Assert.True(code == 0, text);
            }

            AssertSame(whole, folder);
            Directory.Delete(folder, recursive: true);
        }

        output.WriteLine($"{Kills} runs, {full} of them on a full disk");
    }

    private static void AssertSame(string whole, string folder)
    {
        foreach (var name in new[] { "initial", "best", "adapter" })
        {
            Assert.Equal(Bytes(whole, name), Bytes(folder, name));
        }

        var (expected, found) = (
            RunJournal.Read(Path.Combine(whole, "journal.jsonl")),
            RunJournal.Read(Path.Combine(folder, "journal.jsonl"))
        );
        Assert.Empty(expected.Header.Differences(found.Header));
        Assert.Equal(expected.Entries.Select(entry => entry.Losses), found.Entries.Select(entry => entry.Losses));
        Assert.Equal(
            expected.Evaluations.Select(point => point with { Time = default }),
            found.Evaluations.Select(point => point with { Time = default })
        );
    }

    private static byte[] Bytes(string run, string adapter) => File.ReadAllBytes(Path.Combine(run, adapter, "adapter_model.safetensors"));

    private string[] Train(string folder, string cache)
    {
        var data = At("rows.tsv");
        if (!File.Exists(data))
        {
            File.WriteAllText(data, SampleRows.Labelled(48));
        }

        return
        [
            "train",
            "--model",
            Tool.Nano,
            "--data",
            data,
            "--template",
            "{text}\\nSentiment:",
            "--choices",
            " negative, positive",
            "--eval-fraction",
            "0.25",
            "--steps",
            "24",
            "--eval-every",
            "5",
            "--queries",
            "6",
            "--threads",
            "1",
            "--output",
            folder,
            "--cache-dir",
            cache,
        ];
    }

    private string At(string name) => Path.Combine(_folder, name);
}
