using MobiZO.TestKit;

namespace MobiZO.ExecuTorch.Tests.Runtime;

/// <summary>Files of a few numbers, all in float32.</summary>
internal static class Programs
{
    /// <summary>
    /// Inputs a [2, 3], b [3, 2] with planned memory, and s [2, 2]; adds a b to s in place; gives a b + [[10, 20], [30, 40]], and s.
    /// </summary>
    public static string MmAdd => PathOf("mm-add.pte");

    /// <summary>Input x [3, 4]; gives x W', where W is [[1, 2, 3, 4], [-1, 0.5, 0, 2]], by a delegate of XNNPACK.</summary>
    public static string XnnpackLinear => PathOf("xnnpack-linear.pte");

    private static string PathOf(string name) => Path.Combine(Shared.Repository, "tests", "MobiZO.ExecuTorch.Tests", "Fixtures", name);
}
