using System.Numerics;

namespace MobiZO.Text.ChatTemplates.Values;

/// <summary>Rounds the exact binary value of floats to decimals, ties to even, as Python does.</summary>
internal static class ExactDecimal
{
    private const int FractionBits = 52;
    private const int Bias = 1075;

    /// <summary>The number times a power of ten, rounded.</summary>
    /// <param name="number">A finite number that is not negative.</param>
    /// <param name="decimals">The power of ten; it may be negative.</param>
    public static BigInteger Scaled(double number, int decimals)
    {
        var bits = BitConverter.DoubleToInt64Bits(number);
        var exponent = (int)(bits >> FractionBits);
        BigInteger top = (bits & ((1L << FractionBits) - 1)) | (exponent == 0 ? 0 : 1L << FractionBits);
        var power = Math.Max(exponent, 1) - Bias;
        var bottom = BigInteger.One;
        if (power >= 0)
        {
            top <<= power;
        }
        else
        {
            bottom <<= -power;
        }

        if (decimals >= 0)
        {
            top *= BigInteger.Pow(10, decimals);
        }
        else
        {
            bottom *= BigInteger.Pow(10, -decimals);
        }

        var quotient = BigInteger.DivRem(top, bottom, out var remainder);
        var order = (remainder * 2).CompareTo(bottom);
        return quotient + (order > 0 || (order == 0 && !quotient.IsEven) ? 1 : 0);
    }

    /// <summary>The power of ten of the first digit after rounding to so many digits.</summary>
    public static int Exponent(double number, int digits)
    {
        if (number == 0)
        {
            return 0;
        }

        // The logarithm may be off by one; the rounded digits tell.
        var exponent = (int)Math.Floor(Math.Log10(number)) - 1;
        var limit = BigInteger.Pow(10, digits);
        while (Scaled(number, digits - 1 - exponent) >= limit)
        {
            exponent++;
        }

        return exponent;
    }
}
