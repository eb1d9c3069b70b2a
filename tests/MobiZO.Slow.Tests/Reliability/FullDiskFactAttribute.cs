namespace MobiZO.Slow.Tests.Reliability;

/// <summary>A fact that needs a small file system: making one takes a right that tests do not have.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FullDiskFactAttribute : FactAttribute
{
    private const string Variable = "MOBIZO_FULL_DISK";

    public FullDiskFactAttribute() =>
        Skip = Disk is null ? $"{Variable} names no small file system (docs/reliability.md has the command)" : null;

    /// <summary>The folder where it is mounted.</summary>
    internal static string? Disk { get; } = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } disk ? disk : null;
}
