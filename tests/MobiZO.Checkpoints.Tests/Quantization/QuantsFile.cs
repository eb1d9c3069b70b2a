using MobiZO.Checkpoints.Gguf;
using MobiZO.Checkpoints.Storage;
using MobiZO.TestKit;

namespace MobiZO.Checkpoints.Tests.Quantization;

/// <summary>The golden file with some blocks of every tensor type.</summary>
internal static class QuantsFile
{
    public static GgufFile Open() => GgufFile.Open(Shared.PathOf("fixtures", "gguf-quants", "quants.gguf"));

    /// <summary>The bytes of blocks of a type as a quantiser wrote them, repeated as often as needed.</summary>
    /// <param name="type">The type by its name.</param>
    /// <param name="length">Bytes wanted.</param>
    public static byte[] Blocks(string type, int length)
    {
        using GgufFile file = Open();
        GgufTensor tensor = file.Tensors[$"{type}.data"];
        using MappedBytes bytes = file.Mapping.Borrow();
        ReadOnlySpan<byte> stored = bytes.Slice(tensor.Offset, (int)tensor.ByteLength);
        var blocks = new byte[length];
        for (int start = 0; start < length; start += stored.Length)
        {
            stored[..Math.Min(stored.Length, length - start)].CopyTo(blocks.AsSpan(start));
        }

        return blocks;
    }
}
