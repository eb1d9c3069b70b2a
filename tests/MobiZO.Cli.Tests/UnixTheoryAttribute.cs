namespace MobiZO.Cli.Tests;

/// <summary>A theory that needs POSIX signals.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class UnixTheoryAttribute : TheoryAttribute
{
    public UnixTheoryAttribute() => Skip = OperatingSystem.IsWindows() ? "signals cannot be sent to a process on Windows" : null;
}
