namespace MobiZO.Checkpoints.WeightFiles;

/// <summary>Where the parts of a quantised matrix start in the weight file, in bytes.</summary>
/// <param name="Bits">
/// Bits of a code: 4 (two codes a byte, the first in the low half, of NormalFloat in the high half) or 8; the codes are unsigned with
/// 2^(Bits-1) for zero.
/// </param>
/// <param name="Size">Weights of a block.</param>
/// <param name="Codes">Of the codes, block after block.</param>
/// <param name="Scales">Of the fp32 scales, one a block.</param>
/// <param name="Offsets">Of the fp32 offsets, one a block; null when all are zero.</param>
/// <param name="IsNormalFloat">Whether codes stand for levels, see <see cref="BlockLayout.IsNormalFloat"/>.</param>
internal sealed record QuantizedPlace(int Bits, int Size, long Codes, long Scales, long? Offsets, bool IsNormalFloat = false);
