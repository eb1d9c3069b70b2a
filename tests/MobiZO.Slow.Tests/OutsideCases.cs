using System.Runtime.CompilerServices;
using MobiZO.TestKit;

namespace MobiZO.Slow.Tests;

/// <summary>These suites need more cases than the repository holds.</summary>
internal static class OutsideCases
{
    [ModuleInitializer]
    internal static void Use() => Shared.UseRoot();
}
