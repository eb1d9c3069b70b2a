using System.Diagnostics;

namespace MobiZO.Fuzz.Tests;

/// <summary>Neither the variables of a language, nor the umask, nor a home that cannot be written change what a run does.</summary>
public sealed class SurroundingsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mobizo-around-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void ARunInOddSurroundingsHasTheSameBytes()
    {
        if (OperatingSystem.IsWindows())
        {
            // The surroundings are those of a Unix shell.
            return;
        }

        File.WriteAllText(Path.Combine(_folder, "rows.tsv"), SmallRun.Labelled(24));
        var plain = Train("plain", "");

        // The culture is fixed; these would show that it is not.
        Assert.Equal(plain, Train("turkish", "export LANG=tr_TR.UTF-8 LC_ALL=tr_TR.UTF-8;"));
        Assert.Equal(plain, Train("german", "export LANG=de_DE.UTF-8 LC_ALL=de_DE.UTF-8;"));
        Assert.Equal(plain, Train("private", "umask 077;"));
        Assert.Equal(plain, Train("homeless", "unset MOBIZO_CACHE XDG_CACHE_HOME; export HOME=/proc/nowhere;", withCache: false));
        Assert.False(Directory.Exists(Path.Combine(_folder, ".cache")), "The cache lies in the current folder.");
    }

    private byte[] Train(string name, string surroundings, bool withCache = true)
    {
        var (code, error) = Run(name, surroundings, withCache);
        Assert.True(code == 0, error);
        Assert.Contains("loss", error, StringComparison.Ordinal);
        return File.ReadAllBytes(Path.Combine(_folder, name, "adapter", "adapter_model.safetensors"));
    }

    private (int Code, string Text) Run(string name, string surroundings, bool withCache)
    {
        string[] cache = withCache ? ["--cache-dir", $"cache-{name}"] : [];
        string[] command = SmallRun.Command("rows.tsv", name, ["--steps", "3", "--queries", "4", "--threads", "1", .. cache]);
        string[] words = ["dotnet", Path.Combine(AppContext.BaseDirectory, "MobiZO.Cli.dll"), .. command];
        var line = string.Join(' ', words.Select(word => $"'{word}'"));
        var start = new ProcessStartInfo("sh", ["-c", $"{surroundings} exec {line}"])
        {
            WorkingDirectory = _folder,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        process.WaitForExit();
        return (process.ExitCode, output.Result + error.Result);
    }
}
