using System.Numerics;

namespace MobiZO.Optimization.Noise;

/// <summary>
/// Box-Muller: two 32-bit words become two independent normal values, r cos(a) and r sin(a) with r = sqrt(-2 ln u).
/// </summary>
/// <remarks>
/// Only +, -, *, /, sqrt and int-to-float conversions in single precision, each rounded once, in one fixed order: the scalar form and every
/// vector width give the same bits on every machine. The platform's log, sin and cos, and fused multiply-add, would not. u = (w / 2 + 0.5)
/// / 2^31 lies in (0, 1], so |z| is at most 6.67. The logarithm is the atanh series, sine and cosine are Taylor series on [-pi/4, pi/4]; a
/// value differs from the exact transform of its two words by less than 1e-6 * max(1, r).
/// </remarks>
internal static class GaussianTransform
{
    private const int SquareRootOfHalfBits = 0x3F3504F3;

    // ln 2 in two parts; the first has so few bits that its product with an exponent is exact.
    private const float Ln2High = 0.693359375f;
    private const float Ln2Low = -2.12194440e-4f;

    private const float RadiansPerTick = (float)(2 * Math.PI / 4294967296.0);

    private const float Log3 = 1f / 3,
        Log5 = 1f / 5,
        Log7 = 1f / 7,
        Log9 = 1f / 9;
    private const float Sin3 = -1f / 6,
        Sin5 = 1f / 120,
        Sin7 = -1f / 5040,
        Sin9 = 1f / 362880;
    private const float Cos2 = -1f / 2,
        Cos4 = 1f / 24,
        Cos6 = -1f / 720,
        Cos8 = 1f / 40320;

    /// <summary>The scalar reference.</summary>
    public static (float Cosine, float Sine) Transform(uint radiusWord, uint angleWord)
    {
        var x = (int)(radiusWord >> 1) + 0.5f;
        var bits = BitConverter.SingleToInt32Bits(x);
        var exponent = (bits - SquareRootOfHalfBits) >> 23;
        var mantissa = BitConverter.Int32BitsToSingle(bits - (exponent << 23));
        var scale = (float)(exponent - 31);
        var s = (mantissa - 1f) / (mantissa + 1f);
        var s2 = s * s;
        var twice = s + s;
        var series = (((((Log9 * s2) + Log7) * s2) + Log5) * s2) + Log3;
        var logarithm = (scale * Ln2High) + ((scale * Ln2Low) + ((twice * (s2 * series)) + twice));
        var radius = MathF.Sqrt(-2f * logarithm);

        var angle = (int)angleWord;
        var quadrant = (angle + (1 << 29)) >> 30;
        var theta = (angle - (quadrant << 30)) * RadiansPerTick;
        var t2 = theta * theta;
        var sine = (theta * (t2 * ((((((Sin9 * t2) + Sin7) * t2) + Sin5) * t2) + Sin3))) + theta;
        var cosine = (t2 * ((((((Cos8 * t2) + Cos6) * t2) + Cos4) * t2) + Cos2)) + 1f;

        var swap = (quadrant & 1) != 0;
        var first = swap ? sine : cosine;
        var second = swap ? cosine : sine;
        var firstSign = ((quadrant + 1) & 2) << 30;
        var secondSign = (quadrant & 2) << 30;
        first = BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(first) ^ firstSign);
        second = BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(second) ^ secondSign);
        return (radius * first, radius * second);
    }

    /// <summary>The same operations in the same order on every lane.</summary>
    public static void Transform(Vector<uint> radiusWords, Vector<uint> angleWords, out Vector<float> cosines, out Vector<float> sines)
    {
        var one = Vector<float>.One;
        var x = Vector.ConvertToSingle(Vector.AsVectorInt32(radiusWords >>> 1)) + new Vector<float>(0.5f);
        var bits = Vector.AsVectorInt32(x);
        var exponent = (bits - new Vector<int>(SquareRootOfHalfBits)) >> 23;
        var mantissa = Vector.AsVectorSingle(bits - (exponent << 23));
        var scale = Vector.ConvertToSingle(exponent - new Vector<int>(31));
        var s = (mantissa - one) / (mantissa + one);
        var s2 = s * s;
        var twice = s + s;
        var series =
            (((((new Vector<float>(Log9) * s2) + new Vector<float>(Log7)) * s2) + new Vector<float>(Log5)) * s2) + new Vector<float>(Log3);
        var logarithm = (scale * Ln2High) + ((scale * Ln2Low) + ((twice * (s2 * series)) + twice));
        var radius = Vector.SquareRoot(logarithm * -2f);

        var angle = Vector.AsVectorInt32(angleWords);
        var quadrant = (angle + new Vector<int>(1 << 29)) >> 30;
        var theta = Vector.ConvertToSingle(angle - (quadrant << 30)) * RadiansPerTick;
        var t2 = theta * theta;
        var sineSeries =
            (((((new Vector<float>(Sin9) * t2) + new Vector<float>(Sin7)) * t2) + new Vector<float>(Sin5)) * t2) + new Vector<float>(Sin3);
        var sine = (theta * (t2 * sineSeries)) + theta;
        var cosineSeries =
            (((((new Vector<float>(Cos8) * t2) + new Vector<float>(Cos6)) * t2) + new Vector<float>(Cos4)) * t2) + new Vector<float>(Cos2);
        var cosine = (t2 * cosineSeries) + one;

        var swap = -(quadrant & Vector<int>.One);
        var first = Vector.ConditionalSelect(swap, sine, cosine);
        var second = Vector.ConditionalSelect(swap, cosine, sine);
        var two = new Vector<int>(2);
        first = Vector.AsVectorSingle(Vector.AsVectorInt32(first) ^ (((quadrant + Vector<int>.One) & two) << 30));
        second = Vector.AsVectorSingle(Vector.AsVectorInt32(second) ^ ((quadrant & two) << 30));
        cosines = radius * first;
        sines = radius * second;
    }
}
