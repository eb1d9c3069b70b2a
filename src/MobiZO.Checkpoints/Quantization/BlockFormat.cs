namespace MobiZO.Checkpoints.Quantization;

/// <summary>A stored format that can be read: blocks of some elements in some bytes, and how to dequantise whole blocks.</summary>
/// <param name="Elements">Elements of a block.</param>
/// <param name="Bytes">Bytes of a block.</param>
/// <param name="Dequantize">Dequantises destination.Length / Elements blocks.</param>
/// <param name="Codes">How to get the codes of whole blocks; null when a block is not 32 codes with scale and offset.</param>
internal sealed record BlockFormat(int Elements, int Bytes, BlockFormat.Dequantizer Dequantize, BlockCodes? Codes = null)
{
    public delegate void Dequantizer(ReadOnlySpan<byte> source, Span<float> destination);

    private static readonly Dictionary<GgufTensorType, BlockFormat> s_formats = new()
    {
        [GgufTensorType.F32] = new(1, 4, FloatFormats.FromFloat32),
        [GgufTensorType.F16] = new(1, 2, FloatFormats.FromFloat16),
        [GgufTensorType.BF16] = new(1, 2, FloatFormats.FromBFloat16),
        [GgufTensorType.F64] = new(1, 8, FloatFormats.FromFloat64),
        [GgufTensorType.Q4_0] = new(32, 18, FourBitBlocks.FromQ4_0, BlockCodes.Q4_0),
        [GgufTensorType.Q4_1] = new(32, 20, FourBitBlocks.FromQ4_1, BlockCodes.Q4_1),
        [GgufTensorType.Q5_0] = new(32, 22, FiveBitBlocks.FromQ5_0, BlockCodes.Q5_0),
        [GgufTensorType.Q5_1] = new(32, 24, FiveBitBlocks.FromQ5_1, BlockCodes.Q5_1),
        [GgufTensorType.Q8_0] = new(32, 34, EightBitBlocks.FromQ8_0, BlockCodes.Q8_0),
        [GgufTensorType.MXFP4] = new(32, 17, Mxfp4Blocks.FromMxfp4),
    };

    /// <summary>Names of the formats that can be read, for messages.</summary>
    public static string SupportedNames { get; } = string.Join(", ", s_formats.Keys);

    /// <summary>The format of a tensor type, or null when it cannot be read yet.</summary>
    public static BlockFormat? Find(GgufTensorType type) => s_formats.GetValueOrDefault(type);
}
