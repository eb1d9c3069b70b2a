using System.Diagnostics;
using System.Globalization;
using CsCheck;
using MobiZO.Cli;

namespace MobiZO.Fuzz.Tests;

/// <summary>
/// Damaged and hostile files end in success or in one paragraph with the right exit code, quickly and in little memory. MOBIZO_FUZZ is the
/// number of executions of each target; what fails is made small and told with its seed (CsCheck_Seed runs it again).
/// </summary>
public sealed class FuzzTests : IDisposable
{
    private const string Variable = "MOBIZO_FUZZ";
    private const long FewExecutions = 3000;
    private const long MostBytes = 300_000_000;

    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory
        .CreateDirectory(Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"mobizo-fuzz-{Guid.NewGuid():n}"))
        .FullName;

    public static TheoryData<string> Targets { get; } = [.. FuzzTargets.All.Select(target => target.Name)];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Targets))]
    public void SoundFilesAreRead(string name)
    {
        var target = FuzzTargets.Find(name);
        Assert.All(target.Seeds, seed => target.Run(_folder, seed));
    }

    /// <summary>Files that once were read wrongly: a folder for a target.</summary>
    [Theory]
    [MemberData(nameof(Targets))]
    public void FilesThatFailedOnceEndInSuccessOrOneParagraph(string name)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "Corpus", name);
        var target = FuzzTargets.Find(name);
        Assert.All(Directory.Exists(folder) ? Directory.GetFiles(folder) : [], file => Judge(target, File.ReadAllBytes(file)));
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void DamagedFilesEndInSuccessOrOneParagraph(string name)
    {
        var target = FuzzTargets.Find(name);
        var executions = long.TryParse(Environment.GetEnvironmentVariable(Variable), CultureInfo.InvariantCulture, out var given)
            ? given
            : FewExecutions;
        Gen.Select(Gen.Int[0, target.Seeds.Count - 1], Mutation.Several)
            .Sample(
                (seed, mutations) => Judge(target, mutations.Aggregate(target.Seeds[seed], (file, one) => one.Apply(file, target.Tokens))),
                iter: executions,
                threads: 1
            );
    }

    /// <summary>Throws what is wrong with the way a reader took a file.</summary>
    private void Judge(FuzzTarget target, byte[] file)
    {
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var (watch, processor) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
        try
        {
            target.Run(_folder, file);
        }
        catch (Exception exception)
        {
            var (code, message) = Failures.Describe(exception);
            Assert.True(code is ExitCodes.Usage or ExitCodes.Input, $"code {code}: {exception}");
            Assert.False(message.Contains("Unexpected failure", StringComparison.Ordinal), exception.ToString());
            Assert.True(
                message.Length is >= 10 and <= Paragraph.MaxLength,
                $"{message.Length} characters: {message[..Math.Min(message.Length, 400)]}"
            );
            Assert.False(message.Contains("\n\n", StringComparison.Ordinal), message);
            Assert.DoesNotContain("   at ", message, StringComparison.Ordinal);
        }

        // Time of the processor, as the machine may do something else; a reader that waits for ever is found by the clock.
        Assert.InRange(Environment.CpuUsage.TotalTime - processor, TimeSpan.Zero, s_longest);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, s_patience);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, MostBytes);
    }
}
