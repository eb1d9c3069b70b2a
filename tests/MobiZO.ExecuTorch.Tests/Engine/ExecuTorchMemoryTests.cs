using MobiZO.Programs.Engines;
using MobiZO.TestKit.Tiny;

namespace MobiZO.ExecuTorch.Tests.Engine;

public sealed class ExecuTorchMemoryTests
{
    private const long Table = 96 * 64;
    private const long Norms = 5 * 64;

    // Two layers of q, k, v, o (16 wide heads: 4 of queries, 2 of keys and values) and gate, up, down.
    private const long Linears = 2 * ((2 * 64 * 64) + (2 * 32 * 64) + (3 * 128 * 64));
    private const long LinearRows = 2 * (64 + 32 + 32 + 64 + 128 + 128 + 64);

    /// <summary>
    /// Counted by hand: the file is fp32 in every format; bytes are held as codes with a scale a row and once more as XNNPACK packed them.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_file_and_what_is_packed_are_counted(bool isTied)
    {
        var model = new TinyLlama(hidden: 64, headDimension: 16, vocabulary: 96, tied: isTied);
        var mapped = 4 * (Linears + Norms + (isTied ? Table : 2 * Table));

        Assert.Equal(new EngineMemory(mapped, 4 * (Linears + Table)), ExecuTorchMemory.Of(model, isBytes: false));
        Assert.Equal(new EngineMemory(mapped, 2 * (Linears + Table + (4 * (LinearRows + 96)))), ExecuTorchMemory.Of(model, isBytes: true));
    }
}
