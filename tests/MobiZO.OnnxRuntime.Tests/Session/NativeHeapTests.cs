using System.Runtime.InteropServices;
using MobiZO.OnnxRuntime.Session;

namespace MobiZO.OnnxRuntime.Tests.Session;

public sealed class NativeHeapTests
{
    /// <summary>It is called where the C library is glibc, and is harmless elsewhere.</summary>
    [Fact]
    public void Freed_pages_are_given_back_where_the_system_can()
    {
        var isGlibc = NativeLibrary.TryLoad("libc.so.6", out var library) && NativeLibrary.TryGetExport(library, "malloc_trim", out _);
        Assert.Equal(isGlibc, NativeHeap.Trim());
        Assert.Equal(isGlibc, NativeHeap.Trim());
    }
}
