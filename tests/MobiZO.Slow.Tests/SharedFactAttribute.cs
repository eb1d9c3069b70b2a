using MobiZO.TestKit;

namespace MobiZO.Slow.Tests;

/// <summary>A fact that needs a file or folder of the golden cases; skipped with a reason when it is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SharedFactAttribute : FactAttribute
{
    /// <summary>Needs <paramref name="path"/> below the root of golden cases.</summary>
    public SharedFactAttribute(string path) => Skip = SharedSkip.Reason(path);
}

/// <summary>A theory over the golden cases; skipped with a reason when they are absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SharedTheoryAttribute : TheoryAttribute
{
    /// <summary>Needs <paramref name="path"/> below the root of golden cases.</summary>
    public SharedTheoryAttribute(string path) => Skip = SharedSkip.Reason(path);
}

internal static class SharedSkip
{
    public static string? Reason(string path) =>
        Path.Exists(Shared.PathOf(path)) ? null : $"golden cases absent: {Shared.PathOf(path)} (set MOBIZO_SHARED to their root)";
}
