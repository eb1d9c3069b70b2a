using System.Diagnostics;
using MobiZO.Cli.Reporting;

namespace MobiZO.Cli.Tests.Reporting;

public sealed class ShellTextTests
{
    /// <summary>The oracle is a shell: it reads back the path that was quoted.</summary>
    [UnixTheory]
    [InlineData("run1")]
    [InlineData("two words/run")]
    [InlineData("a$(touch pwned)b`id`$HOME")]
    [InlineData("q\"q")]
    [InlineData("it's")]
    [InlineData("back\\slash\\n")]
    [InlineData("a\nb'c\\d")]
    [InlineData("tab\tescape\u001b[31m1\u0085")]
    [InlineData("~/x*?;&|<>(){}[]!#é😀")]
    [InlineData("")]
    public async Task AShellReadsThePathBack(string path)
    {
        var start = new ProcessStartInfo("bash") { RedirectStandardOutput = true, UseShellExecute = false };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($"printf %s {ShellText.ForPosix(path)}");
        using var process = Process.Start(start)!;
        var read = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.Equal(path, read);
    }

    [Theory]
    [InlineData("runs/run-1.b_c", "runs/run-1.b_c")]
    [InlineData("-run", "./-run")]
    [InlineData("two words", "'two words'")]
    [InlineData("a\nb", "$'a\\nb'")]
    public void PlainPathsStayPlain(string path, string expected) => Assert.Equal(expected, ShellText.ForPosix(path));

    [Theory]
    [InlineData(@"C:\runs\run1", @"C:\runs\run1")]
    [InlineData(@"C:\two words", "\"C:\\two words\"")]
    [InlineData("a$(x)'b", "'a$(x)''b'")]
    public void PowerShellPathsAreQuoted(string path, string expected) => Assert.Equal(expected, ShellText.ForPowerShell(path));
}
