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
        [GgufTensorType.MXFP4] = PackedBlocks.Of(32, 17, new BlockLayout(5, false), Float4Blocks.UnpackMxfp4),
        [GgufTensorType.NVFP4] = PackedBlocks.Of(64, 36, new BlockLayout(5, false, 16), Float4Blocks.UnpackNvfp4),
        [GgufTensorType.Q2_K] = PackedBlocks.Of(256, 84, new BlockLayout(2, true, 16), TwoBitSuperBlocks.UnpackQ2_K),
        [GgufTensorType.Q3_K] = PackedBlocks.Of(256, 110, new BlockLayout(3, false, 16), TwoBitSuperBlocks.UnpackQ3_K),
        [GgufTensorType.Q4_K] = PackedBlocks.Of(256, 144, new BlockLayout(4, true), FourBitSuperBlocks.UnpackQ4_K),
        [GgufTensorType.Q5_K] = PackedBlocks.Of(256, 176, new BlockLayout(5, true), FourBitSuperBlocks.UnpackQ5_K),
        [GgufTensorType.Q6_K] = PackedBlocks.Of(256, 210, new BlockLayout(6, false, 16), SixBitSuperBlocks.UnpackQ6_K),
        [GgufTensorType.TQ1_0] = PackedBlocks.Of(256, 54, new BlockLayout(2, false), TernaryBlocks.UnpackTQ1_0),
        [GgufTensorType.TQ2_0] = PackedBlocks.Of(256, 66, new BlockLayout(3, false), TernaryBlocks.UnpackTQ2_0),
        [GgufTensorType.IQ4_NL] = PackedBlocks.Of(32, 18, new BlockLayout(8, false), NonlinearBlocks.UnpackIQ4_NL),
        [GgufTensorType.IQ4_XS] = PackedBlocks.Of(256, 136, new BlockLayout(8, false), NonlinearBlocks.UnpackIQ4_XS),
        [GgufTensorType.IQ3_XXS] = PackedBlocks.Of(256, 98, new BlockLayout(7, false), ThreeBitLatticeBlocks.UnpackIQ3_XXS),
        [GgufTensorType.IQ3_S] = PackedBlocks.Of(256, 110, new BlockLayout(5, false), ThreeBitLatticeBlocks.UnpackIQ3_S),
        [GgufTensorType.IQ2_XXS] = PackedBlocks.Of(256, 66, new BlockLayout(7, false), TwoBitLatticeBlocks.UnpackIQ2_XXS),
        [GgufTensorType.IQ2_XS] = PackedBlocks.Of(256, 74, new BlockLayout(7, false, 16), TwoBitLatticeBlocks.UnpackIQ2_XS),
        [GgufTensorType.IQ2_S] = PackedBlocks.Of(256, 82, new BlockLayout(7, false, 16), TwoBitLatticeBlocks.UnpackIQ2_S),
        [GgufTensorType.IQ1_S] = PackedBlocks.Of(256, 50, new BlockLayout(2, true), OneBitLatticeBlocks.UnpackIQ1_S),
        [GgufTensorType.IQ1_M] = PackedBlocks.Of(256, 56, new BlockLayout(5, false, 16), OneBitLatticeBlocks.UnpackIQ1_M),
    };

    /// <summary>Names of the formats that can be read, for messages.</summary>
    public static string SupportedNames { get; } = string.Join(", ", s_formats.Keys);

    /// <summary>The format of a tensor type, or null when it cannot be read yet.</summary>
    public static BlockFormat? Find(GgufTensorType type) => s_formats.GetValueOrDefault(type);
}
