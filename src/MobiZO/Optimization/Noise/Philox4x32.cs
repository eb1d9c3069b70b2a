using System.Numerics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace MobiZO.Optimization.Noise;

/// <summary>
/// Philox4x32-10, a counter-based generator: a keyed bijection from a 128-bit counter to 128 random bits
/// (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
/// </summary>
internal static class Philox4x32
{
    private const int Rounds = 10;
    private const uint MultiplierA = 0xD2511F53;
    private const uint MultiplierB = 0xCD9E8D57;
    private const uint KeyStepLow = 0x9E3779B9;
    private const uint KeyStepHigh = 0xBB67AE85;

    /// <summary>Replaces the counter (w0, w1, w2, w3) by its 128 random bits.</summary>
    public static void Block(ref uint w0, ref uint w1, ref uint w2, ref uint w3, ulong key)
    {
        var keyLow = (uint)key;
        var keyHigh = (uint)(key >> 32);
        for (var round = 0; round < Rounds; round++)
        {
            var productA = (ulong)MultiplierA * w0;
            var productB = (ulong)MultiplierB * w2;
            w0 = (uint)(productB >> 32) ^ w1 ^ keyLow;
            w1 = (uint)productB;
            w2 = (uint)(productA >> 32) ^ w3 ^ keyHigh;
            w3 = (uint)productA;
            keyLow += KeyStepLow;
            keyHigh += KeyStepHigh;
        }
    }

    /// <summary>
    /// The same for one counter in every 64-bit lane. Only the low 32 bits of a lane count: those above are junk, going in and coming out,
    /// because the widening multiplication reads low halves only and nothing carries from high to low.
    /// </summary>
    public static void Blocks(ref Vector<ulong> w0, ref Vector<ulong> w1, ref Vector<ulong> w2, ref Vector<ulong> w3, ulong key)
    {
        var keyLow = (uint)key;
        var keyHigh = (uint)(key >> 32);
        for (var round = 0; round < Rounds; round++)
        {
            var productA = MultiplyLowHalves(w0, MultiplierA);
            var productB = MultiplyLowHalves(w2, MultiplierB);
            w0 = (productB >>> 32) ^ w1 ^ new Vector<ulong>(keyLow);
            w1 = productB;
            w2 = (productA >>> 32) ^ w3 ^ new Vector<ulong>(keyHigh);
            w3 = productA;
            keyLow += KeyStepLow;
            keyHigh += KeyStepHigh;
        }
    }

    private static Vector<ulong> MultiplyLowHalves(Vector<ulong> lanes, uint multiplier)
    {
        if (Vector<ulong>.Count == 8 && Avx512F.IsSupported)
        {
            return Avx512F.Multiply(lanes.AsVector512().AsUInt32(), Vector512.Create(multiplier)).AsVector();
        }

        if (Vector<ulong>.Count == 4 && Avx2.IsSupported)
        {
            return Avx2.Multiply(lanes.AsVector256().AsUInt32(), Vector256.Create(multiplier)).AsVector();
        }

        if (Vector<ulong>.Count == 2 && Sse2.IsSupported)
        {
            return Sse2.Multiply(lanes.AsVector128().AsUInt32(), Vector128.Create(multiplier)).AsVector();
        }

        if (Vector<ulong>.Count == 2 && AdvSimd.IsSupported)
        {
            return AdvSimd
                .MultiplyWideningLower(AdvSimd.ExtractNarrowingLower(lanes.AsVector128()), Vector64.Create(multiplier))
                .AsVector();
        }

        return (lanes & new Vector<ulong>(uint.MaxValue)) * multiplier;
    }
}
