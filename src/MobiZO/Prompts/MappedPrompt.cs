using System.Buffers;

namespace MobiZO.Prompts;

/// <summary>A piece of a mapped file as memory; valid while the file is mapped.</summary>
internal sealed unsafe class MappedPrompt(byte* start, int length) : MemoryManager<byte>
{
    public override Span<byte> GetSpan() => new(start, length);

    public override MemoryHandle Pin(int elementIndex = 0) => new(start + elementIndex);

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }
}
