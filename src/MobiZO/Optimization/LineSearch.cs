namespace MobiZO.Optimization;

/// <summary>
/// The distance of guided steps: every step tries some as copies, on rows that its direction has not seen, and the next step's distance
/// follows the best. Nothing is guessed but where it starts.
/// </summary>
internal static class LineSearch
{
    // A step's few rows are a noisy judge: the distance follows slowly.
    private const float Longer = 1.3f;
    private const float Shorter = 0.75f;
    private const float Range = 1e4f;

    /// <summary>The distances that a step tries, in parts of the current one.</summary>
    public static IReadOnlyList<float> Factors { get; } = [0.5f, 1, 2];

    /// <summary>The factor with the lowest loss; 0: none is lower than that of the clean copy.</summary>
    /// <param name="losses">The clean copy's loss, then one for each of <see cref="Factors"/>.</param>
    public static float Best(ReadOnlySpan<float> losses)
    {
        var best = 0;
        for (var copy = 1; copy <= Factors.Count; copy++)
        {
            best = losses[copy] < losses[best] ? copy : best;
        }

        return best == 0 ? 0 : Factors[best - 1];
    }

    /// <summary>The next step's distance.</summary>
    /// <param name="distance">This step's.</param>
    /// <param name="best">The factor that was best.</param>
    /// <param name="start">The first step's. Losses too close to tell apart must not shrink the distance to nothing.</param>
    public static float Next(float distance, float best, float start)
    {
        var factor =
            best == 0 ? Shorter * Shorter
            : best < 1 ? Shorter
            : best > 1 ? Longer
            : 1;
        return Math.Clamp(distance * factor, start / Range, start * Range);
    }
}
