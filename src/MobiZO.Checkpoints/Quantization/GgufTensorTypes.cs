namespace MobiZO.Checkpoints.Quantization;

/// <summary>Block sizes of <see cref="GgufTensorType"/>.</summary>
/// <remarks>Source: gguf-py, <c>GGML_QUANT_SIZES</c>, and the block structures of ggml.</remarks>
internal static class GgufTensorTypes
{
    private static readonly Dictionary<GgufTensorType, (int Elements, int Bytes)> s_blocks = new()
    {
        [GgufTensorType.F32] = (1, 4),
        [GgufTensorType.F16] = (1, 2),
        [GgufTensorType.BF16] = (1, 2),
        [GgufTensorType.F64] = (1, 8),
        [GgufTensorType.I8] = (1, 1),
        [GgufTensorType.I16] = (1, 2),
        [GgufTensorType.I32] = (1, 4),
        [GgufTensorType.I64] = (1, 8),
        [GgufTensorType.Q4_0] = (32, 18),
        [GgufTensorType.Q4_1] = (32, 20),
        [GgufTensorType.Q5_0] = (32, 22),
        [GgufTensorType.Q5_1] = (32, 24),
        [GgufTensorType.Q8_0] = (32, 34),
        [GgufTensorType.Q8_1] = (32, 36),
        [GgufTensorType.IQ4_NL] = (32, 18),
        [GgufTensorType.MXFP4] = (32, 17),
        [GgufTensorType.NVFP4] = (64, 36),
        [GgufTensorType.Q2_K] = (256, 84),
        [GgufTensorType.Q3_K] = (256, 110),
        [GgufTensorType.Q4_K] = (256, 144),
        [GgufTensorType.Q5_K] = (256, 176),
        [GgufTensorType.Q6_K] = (256, 210),
        [GgufTensorType.Q8_K] = (256, 292),
        [GgufTensorType.IQ2_XXS] = (256, 66),
        [GgufTensorType.IQ2_XS] = (256, 74),
        [GgufTensorType.IQ2_S] = (256, 82),
        [GgufTensorType.IQ3_XXS] = (256, 98),
        [GgufTensorType.IQ3_S] = (256, 110),
        [GgufTensorType.IQ1_S] = (256, 50),
        [GgufTensorType.IQ1_M] = (256, 56),
        [GgufTensorType.IQ4_XS] = (256, 136),
        [GgufTensorType.TQ1_0] = (256, 54),
        [GgufTensorType.TQ2_0] = (256, 66),
    };

    public static bool TryGetBlock(GgufTensorType type, out int elements, out int bytes)
    {
        bool known = s_blocks.TryGetValue(type, out (int Elements, int Bytes) block);
        (elements, bytes) = block;
        return known;
    }
}
