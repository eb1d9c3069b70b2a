namespace MobiZO.Checkpoints.Quantization;

/// <summary>
/// NormalFloat of 4 bits as in QLoRA (arXiv 2305.14314) and bitsandbytes: 16 levels that a normal distribution uses equally often, times
/// the largest size of a block.
/// </summary>
internal static class NormalFloatBlocks
{
    /// <summary>Weights of a block.</summary>
    public const int Size = 64;

    private const int Zero = 8;

    private static readonly float[] s_levels =
    [
        -1.0f,
        -0.6961928009986877f,
        -0.5250730514526367f,
        -0.39491748809814453f,
        -0.28444138169288635f,
        -0.18477343022823334f,
        -0.09105003625154495f,
        0.0f,
        0.07958029955625534f,
        0.16093020141124725f,
        0.24611230194568634f,
        0.33791524171829224f,
        0.44070982933044434f,
        0.5626170039176941f,
        0.7229568362236023f,
        1.0f,
    ];

    // Half way between two levels; what lies exactly there takes the lower one.
    private static readonly float[] s_borders = [.. s_levels.Zip(s_levels.Skip(1), (low, high) => (float)(((double)low + high) / 2))];

    /// <summary>The levels, by code + 8.</summary>
    public static ReadOnlySpan<float> Levels => s_levels;

    /// <summary>The level of a signed code.</summary>
    public static float LevelOf(sbyte code) => s_levels[code + Zero];

    /// <summary>Rounds scales.Length blocks to the nearest level.</summary>
    /// <param name="values">The weights.</param>
    /// <param name="codes">As many signed codes.</param>
    /// <param name="scales">The largest size of each block.</param>
    public static void Quantize(ReadOnlySpan<float> values, Span<sbyte> codes, Span<float> scales)
    {
        for (var block = 0; block < scales.Length; block++)
        {
            var from = values.Slice(block * Size, Size);
            var largest = 0f;
            foreach (var value in from)
            {
                largest = Math.Max(largest, Math.Abs(value));
            }

            scales[block] = largest;
            var inverse = largest == 0 ? 0 : 1 / largest;
            for (var i = 0; i < Size; i++)
            {
                var value = from[i] * inverse;
                var level = 0;
                while (level < s_borders.Length && value > s_borders[level])
                {
                    level++;
                }

                codes[(block * Size) + i] = (sbyte)(level - Zero);
            }
        }
    }
}
