namespace MobiZO.Data;

/// <summary>
/// Random numbers without state: each is a pure function of (seed, stream, counter). The bit mixer is the finaliser of SplitMix64 (Steele,
/// Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014).
/// </summary>
internal static class KeyedDraw
{
    private const ulong GoldenGamma = 0x9E3779B97F4A7C15;

    /// <summary>64 random bits.</summary>
    public static ulong Bits(ulong seed, ulong stream, ulong counter)
    {
        unchecked
        {
            ulong key = Mix(seed + GoldenGamma);
            key = Mix((key ^ stream) + GoldenGamma);
            return Mix((key ^ counter) + GoldenGamma);
        }
    }

    /// <summary>A permutation of 0..count-1 (Fisher and Yates).</summary>
    public static int[] Permutation(int count, ulong seed, ulong stream)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        for (int i = count - 1; i > 0; i--)
        {
            // The high half of the product maps 64 bits to 0..i; its bias is below i / 2^64.
            ulong chosen = Math.BigMul(Bits(seed, stream, (ulong)i), (ulong)i + 1, out _);
            (order[i], order[(int)chosen]) = (order[(int)chosen], order[i]);
        }

        return order;
    }

    private static ulong Mix(ulong bits)
    {
        unchecked
        {
            bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
            bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
            return bits ^ (bits >> 31);
        }
    }
}
