namespace MobiZO.Checkpoints.Quantization;

/// <summary>A stored format that can be read: blocks of some elements in some bytes, and how to dequantise whole blocks.</summary>
/// <param name="Elements">Elements of a block.</param>
/// <param name="Bytes">Bytes of a block.</param>
/// <param name="Dequantize">Dequantises destination.Length / Elements blocks.</param>
/// <param name="Codes">How to get the codes of whole blocks; null when the numbers are not codes.</param>
internal sealed record BlockFormat(int Elements, int Bytes, BlockFormat.Dequantizer Dequantize, BlockCodes? Codes = null)
{
    public delegate void Dequantizer(ReadOnlySpan<byte> source, Span<float> destination);
}
