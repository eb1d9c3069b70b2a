namespace MobiZO.Cli.Tests;

/// <summary>A fact about processes of systems with a home folder.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class UnixFactAttribute : FactAttribute
{
    public UnixFactAttribute() => Skip = OperatingSystem.IsWindows() ? "Windows has no home folder in a variable" : null;
}
