using MobiZO.PrefixCache;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Reference;

namespace MobiZO.Tests.PrefixCache;

/// <summary>
/// Cache files are never believed: whatever happened to them, a run computes what it cannot read and gets the same numbers.
/// </summary>
public sealed class PrefixFolderTests
{
    public static TheoryData<string, Func<byte[], byte[]>> Damages =>
        new()
        {
            { "empty", bytes => [] },
            { "torn in the header", bytes => bytes[..50] },
            { "torn in the numbers", bytes => bytes[..(bytes.Length / 2)] },
            { "torn in the index", bytes => bytes[..^1] },
            { "longer", bytes => [.. bytes, 0] },
            { "foreign", bytes => [.. Enumerable.Range(0, 5000).Select(value => (byte)value)] },
            { "another version", bytes => With(bytes, 7, (byte)'2') },
            { "another key", bytes => With(bytes, 12, (byte)(bytes[12] + 1)) },
            { "other sizes", bytes => With(bytes, 40, (byte)(bytes[40] + 1)) },
            { "a hostile count", bytes => With(bytes, 55, 0x7f) },
            { "a hostile start", bytes => With(bytes, 63, 0x80) },
            { "numbers changed", bytes => With(bytes, 200, (byte)(bytes[200] + 1)) },
            { "index changed", bytes => With(bytes, bytes.Length - 40, (byte)(bytes[^40] + 1)) },
            { "checksum changed", bytes => With(bytes, 100, (byte)(bytes[100] + 1)) },
        };

    [Theory]
    [MemberData(nameof(Damages))]
    public void A_damaged_file_is_computed_again(string what, Func<byte[], byte[]> damage)
    {
        using var setting = new PromptSetting();
        var expected = setting.Inputs(setting.Fill().Store);
        var path = Assert.Single(setting.Files);
        var whole = File.ReadAllBytes(path);
        File.Delete(path);
        File.WriteAllBytes(path, damage(whole));
        var (store, plan) = setting.Fill();
        Assert.True((plan.Found, plan.Computed) == (0, 8), what);
        PromptSetting.AssertEqual(expected, setting.Inputs(store));
        Assert.Equal(whole, File.ReadAllBytes(Assert.Single(setting.Files)));
        Assert.Equal(8, setting.Fill().Plan.Found);
    }

    [Fact]
    public void Two_runs_at_once_do_not_disturb_each_other()
    {
        using var setting = new PromptSetting();
        using var other = new PromptSetting();
        var expected = setting.Inputs(setting.Fill(hasFile: false).Store);
        Parallel.For(
            0,
            8,
            index =>
            {
                using var one = new PromptSetting();
                using var programs = new PrefixPrograms(
                    one.Model.Assembler,
                    one.Shape,
                    one.Traits,
                    (program, style) => new ReferenceEngine<float>().Load(program, one.Model, style),
                    RunStyle.OneByOne
                );
                using var store = new PrefixStore(
                    programs,
                    one.Examples[..(2 + (index % 4))],
                    new PrefixCacheOptions(PrefixCacheType.Fp16, 0, other.Cache, 64),
                    new PrefixBatch()
                );
                store.Find();
                store.Fill(null, null, reason => Assert.Fail(reason), CancellationToken.None);
            }
        );
        Assert.DoesNotContain(other.Files, path => path.EndsWith(".tmp", StringComparison.Ordinal));
        Assert.Equal(5, other.Fill().Plan.Found);
        PromptSetting.AssertEqual(expected, other.Inputs(other.Fill().Store));
    }

    [Fact]
    public void What_a_killed_run_left_is_removed()
    {
        using var setting = new PromptSetting();
        Directory.CreateDirectory(setting.Cache);
        File.WriteAllText(Path.Combine(setting.Cache, $"{int.MaxValue}-1.tmp"), "half a file");
        setting.Fill();
        Assert.EndsWith(".prompts", Assert.Single(setting.Files));
    }

    [Fact]
    public void Files_that_no_run_used_for_a_month_are_removed_when_another_is_written()
    {
        using var setting = new PromptSetting();
        var old = DateTime.UtcNow.AddDays(-UnusedPrefixes.KeptDays - 1);
        var folders = new[] { "unused", "mixed" }
            .Select(name => Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(setting.Cache)!, name)).FullName)
            .ToArray();
        string[] files =
        [
            Path.Combine(folders[0], "a.prompts"),
            Path.Combine(folders[0], "1-1.tmp"),
            Path.Combine(folders[1], "b.prompts"),
            Path.Combine(folders[1], "c.prompts"),
            Path.Combine(folders[1], "notes.txt"),
        ];
        foreach (var file in files)
        {
            File.WriteAllText(file, "");
            File.SetLastWriteTimeUtc(file, file.EndsWith("c.prompts", StringComparison.Ordinal) ? old.AddDays(2) : old);
        }

        setting.Fill();
        Assert.False(Directory.Exists(folders[0]));
        Assert.Equal(["c.prompts", "notes.txt"], Directory.GetFiles(folders[1]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_file_that_is_found_counts_as_used()
    {
        using var setting = new PromptSetting();
        setting.Fill();
        var path = Assert.Single(setting.Files);
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddDays(-UnusedPrefixes.KeptDays - 1));
        Assert.Equal(8, setting.Fill().Plan.Found);
        Assert.True(DateTime.UtcNow - File.GetLastWriteTimeUtc(path) < TimeSpan.FromHours(1));
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_told_and_memory_serves()
    {
        using var setting = new PromptSetting();
        File.WriteAllText(setting.Cache, "in the way");
        using var store = setting.Open();
        var notes = new List<string>();
        store.Fill(null, null, notes.Add, CancellationToken.None);
        Assert.Contains("in memory only", Assert.Single(notes));
        setting.Runs.Clear();
        PromptSetting.AssertEqual(setting.Inputs(setting.Fill(hasFile: false).Store), setting.Inputs(store));
    }

    private static byte[] With(byte[] bytes, int position, byte value)
    {
        byte[] changed = [.. bytes];
        changed[position] = value;
        return changed;
    }
}
