using System.Runtime.InteropServices;
using MobiZO.OnnxRuntime.Session;

namespace MobiZO.OnnxRuntime.Tests.Session;

// Another test that gives pages back meanwhile would leave this one nothing to see.
[Collection(nameof(SharedWeightsTests))]
public sealed unsafe partial class NativeHeapTests
{
    // Below the size that the C library asks the system for and gives back by itself.
    private const int BlockBytes = 1 << 16;
    private const int Blocks = 512;

    /// <summary>
    /// Where the C library is glibc, pages of freed blocks that lie below one in use stay with the process until they are given back. The
    /// system is asked for these pages alone, because other tests run beside.
    /// </summary>
    [Fact]
    public void Freed_pages_are_given_back_where_the_system_can()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal))
        {
            Assert.False(NativeHeap.Trim());
            return;
        }

        var blocks = new nint[Blocks];
        for (var i = 0; i < Blocks; i++)
        {
            blocks[i] = (nint)NativeMemory.Alloc(BlockBytes);
            new Span<byte>((void*)blocks[i], BlockBytes).Fill(1);
        }

        foreach (var block in blocks.AsSpan(..^1))
        {
            NativeMemory.Free((void*)block);
        }

        var before = ResidentShare(blocks);
        var isCalled = NativeHeap.Trim();
        var after = ResidentShare(blocks);
        NativeMemory.Free((void*)blocks[^1]);

        Assert.True(isCalled);
        Assert.InRange(before, 0.8, 1);
        Assert.InRange(after, 0, 0.3);
    }

    /// <summary>Share of the pages in the middle of blocks that are in memory; what is no longer mapped is not.</summary>
    private static double ResidentShare(nint[] blocks)
    {
        var page = Environment.SystemPageSize;
        var resident = 0;
        foreach (var block in blocks)
        {
            byte found = 0;
            var middle = (block + (BlockBytes / 2)) / page * page;
            resident += MinCore(middle, (nuint)page, &found) == 0 && (found & 1) == 1 ? 1 : 0;
        }

        return (double)resident / blocks.Length;
    }

    [LibraryImport("libc", EntryPoint = "mincore")]
    private static partial int MinCore(nint address, nuint length, byte* found);
}
