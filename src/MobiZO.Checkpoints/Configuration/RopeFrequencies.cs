using System.Globalization;
using MobiZO.Checkpoints.Architecture;

namespace MobiZO.Checkpoints.Configuration;

/// <summary>Inverse frequencies of rotary embeddings, in double. Dimensions are those of a head that are rotated.</summary>
/// <remarks>Source: transformers, <c>modeling_rope_utils.py</c> (default, linear, llama3, yarn and longrope).</remarks>
internal static class RopeFrequencies
{
    public static RotaryDescription Default(double theta, int dimensions) => new(Base(theta, dimensions), Describe(theta));

    public static RotaryDescription Linear(double theta, int dimensions, double factor) =>
        new(
            [.. Base(theta, dimensions).Select(frequency => frequency / factor)],
            FormattableString.Invariant($"{Describe(theta)}, linear factor {factor}")
        );

    /// <summary>High frequencies stay, low ones are divided by the factor, those between are blended.</summary>
    public static RotaryDescription Llama3(double theta, int dimensions, Llama3Scaling scaling)
    {
        double[] frequencies = Base(theta, dimensions);
        for (int i = 0; i < frequencies.Length; i++)
        {
            double turns = scaling.OriginalMaxPositions * frequencies[i] / (2 * Math.PI);
            double kept = Math.Clamp(
                (turns - scaling.LowFrequencyFactor) / (scaling.HighFrequencyFactor - scaling.LowFrequencyFactor),
                0,
                1
            );
            frequencies[i] = ((1 - kept) * frequencies[i] / scaling.Factor) + (kept * frequencies[i]);
        }

        return new RotaryDescription(frequencies, FormattableString.Invariant($"{Describe(theta)}, llama3 factor {scaling.Factor}"));
    }

    /// <summary>High frequencies stay, low ones are divided by the factor, with a ramp over the dimensions between two bounds.</summary>
    public static RotaryDescription Yarn(double theta, int dimensions, YarnScaling scaling)
    {
        double Bound(double turns) => dimensions * Math.Log(scaling.OriginalMaxPositions / (turns * 2 * Math.PI)) / (2 * Math.Log(theta));

        (double low, double high) = (Bound(scaling.FastTurns), Bound(scaling.SlowTurns));
        (low, high) = scaling.IsTruncated ? (Math.Floor(low), Math.Ceiling(high)) : (low, high);
        (low, high) = (Math.Max(low, 0), Math.Min(high, dimensions - 1));
        high = low == high ? high + 0.001 : high;
        double[] frequencies = Base(theta, dimensions);
        for (int i = 0; i < frequencies.Length; i++)
        {
            double divided = Math.Clamp((i - low) / (high - low), 0, 1);
            frequencies[i] = (divided * frequencies[i] / scaling.Factor) + ((1 - divided) * frequencies[i]);
        }

        return new RotaryDescription(frequencies, FormattableString.Invariant($"{Describe(theta)}, YaRN factor {scaling.Factor}"))
        {
            Factor = scaling.AttentionFactor,
        };
    }

    /// <summary>LongRoPE inside the original context: one divisor a pair. Longer sequences would need other divisors.</summary>
    public static RotaryDescription LongRope(
        double theta,
        int dimensions,
        IReadOnlyList<double> shortDivisors,
        int originalMaxPositions,
        double attentionFactor
    ) =>
        new(
            [.. Base(theta, dimensions).Zip(shortDivisors, (frequency, divisor) => frequency / divisor)],
            $"{Describe(theta)}, LongRoPE inside {originalMaxPositions} tokens"
        )
        {
            Factor = attentionFactor,
            MaxPositions = originalMaxPositions,
        };

    /// <summary>The form GGUF files use: one divisor a pair, besides a linear factor.</summary>
    public static RotaryDescription Divided(double theta, int dimensions, IReadOnlyList<float> divisors, double factor)
    {
        double[] frequencies = Base(theta, dimensions);
        for (int i = 0; i < frequencies.Length; i++)
        {
            frequencies[i] /= divisors[i] * factor;
        }

        return new RotaryDescription(frequencies, $"{Describe(theta)}, divided per frequency");
    }

    private static double[] Base(double theta, int dimensions) =>
        [.. Enumerable.Range(0, dimensions / 2).Select(i => 1 / Math.Pow(theta, 2.0 * i / dimensions))];

    private static string Describe(double theta) => string.Create(CultureInfo.InvariantCulture, $"theta {theta}");
}
