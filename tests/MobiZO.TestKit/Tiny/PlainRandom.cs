namespace MobiZO.TestKit.Tiny;

/// <summary>
/// Random numbers for test data from exactly rounded operations (SplitMix64; sums of uniforms instead of logarithms), so every machine gets
/// the same.
/// </summary>
public sealed class PlainRandom(ulong seed)
{
    private ulong _state = seed;

    /// <summary>64 random bits.</summary>
    public ulong Next()
    {
        unchecked
        {
            _state += 0x9E3779B97F4A7C15;
            var z = _state;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }

    /// <summary>0 to count - 1.</summary>
    public int Below(int count) => (int)(Next() % (ulong)count);

    /// <summary>Values of mean 0 and the given deviation, nearly normal.</summary>
    public float[] Normals(int count, double deviation = 1)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++)
        {
            var sum = 0.0;
            for (var k = 0; k < 6; k++)
            {
                sum += ((Next() >> 11) * (1.0 / (1UL << 53))) - 0.5;
            }

            values[i] = (float)(sum * Math.Sqrt(2) * deviation);
        }

        return values;
    }

    /// <summary>Token ids.</summary>
    public int[] Tokens(int count, int vocabulary) => [.. Enumerable.Range(0, count).Select(_ => Below(vocabulary))];
}
