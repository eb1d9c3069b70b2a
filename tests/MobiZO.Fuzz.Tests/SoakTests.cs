using System.Globalization;
using MobiZO.Journal;
using Xunit.Abstractions;

namespace MobiZO.Fuzz.Tests;

/// <summary>A long run holds no more memory at its end than after its first steps. MOBIZO_SOAK is the number of steps.</summary>
public sealed class SoakTests(ITestOutputHelper output)
{
    private const string Variable = "MOBIZO_SOAK";
    private const int FewSteps = 2400;
    private const long MostGrowth = 5_000_000;

    [Fact]
    public void MemoryStaysFlat()
    {
        var steps = int.TryParse(Environment.GetEnvironmentVariable(Variable), CultureInfo.InvariantCulture, out var given)
            ? given
            : FewSteps;
        var folder = Directory.CreateTempSubdirectory("mobizo-soak-").FullName;
        try
        {
            var data = Path.Combine(folder, "rows.tsv");
            File.WriteAllText(data, SmallRun.Labelled(48));
            string[] length = ["--steps", steps.ToString(CultureInfo.InvariantCulture), "--eval-every", "0", "--queries", "6"];
            var command = SmallRun.Command(data, Path.Combine(folder, "run"), [.. length, "--cache-dir", Path.Combine(folder, "cache")]);
            var (code, text) = Tool.Run(TimeSpan.FromHours(2), command)!.Value;
            Assert.True(code == 0, text);
            var entries = RunJournal.Read(Path.Combine(folder, "run", "journal.jsonl")).Entries;

            // Compiled code, the collector and the engine's arena settle in the first thousand steps or so. The kernel counts pages a
            // thread at a time, so that even its peak may go down by a page: growth alone is limited.
            var (settled, end) = (entries[steps / 2].PeakMemoryBytes, entries[^1].PeakMemoryBytes);
            output.WriteLine(FormattableString.Invariant($"{steps} steps: {settled / 1e6:f1} MB after half, {end / 1e6:f1} MB at the end"));
            Assert.InRange(settled, MostGrowth, long.MaxValue);
            Assert.InRange(end - settled, -settled / 10, MostGrowth);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
