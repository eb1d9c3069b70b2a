using System.Diagnostics;

namespace MobiZO.Fuzz.Tests;

/// <summary>Neither language, nor umask, nor a home folder that cannot be written changes what a run does.</summary>
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
        Assert.Equal(plain, Train("turkish", "export LANG=tr_TR.UTF-8 LC_ALL=tr_TR.UTF-8;"));
        Assert.Equal(plain, Train("german", "export LANG=de_DE.UTF-8 LC_ALL=de_DE.UTF-8;"));
        Assert.Equal(plain, Train("private", "umask 077;"));
        Assert.Equal(plain, Train("homeless", "export HOME=/proc/nowhere XDG_CACHE_HOME=;"));
    }

    private byte[] Train(string name, string surroundings)
    {
        string[] words =
        [
            "dotnet",
            Path.Combine(AppContext.BaseDirectory, "MobiZO.Cli.dll"),
            "train",
            "--model",
            Tool.Nano,
            "--data",
            "rows.tsv",
            "--template",
            "{text}\\nSentiment:",
            "--choices",
            " negative, positive",
            "--steps",
            "3",
            "--queries",
            "4",
            "--threads",
            "1",
            "--output",
            name,
            "--cache-dir",
            $"cache-{name}",
        ];
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
        Assert.True(process.ExitCode == 0, error.Result);
        Assert.Contains("loss", error.Result, StringComparison.Ordinal);
        Assert.DoesNotContain(",0 s", output.Result, StringComparison.Ordinal);
        return File.ReadAllBytes(Path.Combine(_folder, name, "adapter", "adapter_model.safetensors"));
    }
}
