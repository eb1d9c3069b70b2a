using MobiZO.Checkpoints.Quantization;

namespace MobiZO.Checkpoints.Gguf;

/// <summary>Where a tensor lies in a GGUF file.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Type">Element or block type.</param>
/// <param name="Shape">Dimensions, outermost first (the file stores them reversed).</param>
/// <param name="Offset">First byte, from the start of the file.</param>
/// <param name="ByteLength">Bytes of its data.</param>
internal sealed record GgufTensor(string Name, GgufTensorType Type, IReadOnlyList<long> Shape, long Offset, long ByteLength)
{
    public long Count => Shape.Aggregate(1L, (product, dimension) => product * dimension);
}
