using MobiZO.Checkpoints.Quantization;

namespace MobiZO.Checkpoints.Gguf;

/// <summary>The tensor types that can be read.</summary>
internal static class GgufBlockFormats
{
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
