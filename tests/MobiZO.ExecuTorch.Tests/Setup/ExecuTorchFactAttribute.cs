using System.Runtime.InteropServices;
using MobiZO.ExecuTorch.Runtime;

namespace MobiZO.ExecuTorch.Tests.Setup;

/// <summary>A fact about the runtime; its class belongs to <see cref="ReleasedRuntimeCollection"/>.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ExecuTorchFactAttribute : FactAttribute
{
    public ExecuTorchFactAttribute() => Skip = ReleasedRuntime.WhyNot;
}

/// <summary>A theory about the runtime; its class belongs to <see cref="ReleasedRuntimeCollection"/>.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ExecuTorchTheoryAttribute : TheoryAttribute
{
    public ExecuTorchTheoryAttribute() => Skip = ReleasedRuntime.WhyNot;
}

/// <summary>A theory about programs that are built with the released runtime.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ReleasedTheoryAttribute : TheoryAttribute
{
    public ReleasedTheoryAttribute() => Skip = ReleasedRuntime.WhyNotReleased;
}

/// <summary>Tests with the runtime run one after another: they share its pool of threads.</summary>
[CollectionDefinition(Name)]
public sealed class ReleasedRuntimeCollection : ICollectionFixture<ReleasedRuntime>
{
    public const string Name = "ExecuTorch";
}

/// <summary>
/// Names the library for the tests: that of the variable MOBIZO_EXECUTORCH if it is set, or one that <see cref="RuntimeBuild"/> made.
/// </summary>
public sealed class ReleasedRuntime
{
    public ReleasedRuntime()
    {
        if (WhyNot is null && !IsNamed)
        {
            Environment.SetEnvironmentVariable(ExecuTorchLibrary.Variable, RuntimeBuild.Shim());
        }
    }

    /// <summary>Why the released runtime cannot be had here, or nothing.</summary>
    internal static string? WhyNotReleased { get; } = FindReason();

    /// <summary>Why no runtime can be had here, or nothing.</summary>
    internal static string? WhyNot => IsNamed ? null : WhyNotReleased;

    private static bool IsNamed => Environment.GetEnvironmentVariable(ExecuTorchLibrary.Variable) is { Length: > 0 };

    private static string? FindReason() =>
        !OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64
            ? "the released library runs on Linux with x86-64 only; name another in MOBIZO_EXECUTORCH"
        : !Tool.IsInstalled("g++") ? "g++ builds the shim, and it was not found"
        : !RuntimeBuild.HasPackage && !(Tool.IsInstalled("npm") && Tool.IsInstalled("node"))
            ? "npm fetches the released library, and it was not found"
        : null;
}
