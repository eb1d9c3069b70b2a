using System.Globalization;
using MobiZO.Checkpoints.Architecture;

namespace MobiZO.Checkpoints.Configuration;

/// <summary>Inverse frequencies of rotary embeddings, in double.</summary>
/// <remarks>Source: transformers, <c>modeling_rope_utils.py</c> (default, linear and llama3).</remarks>
internal static class RopeFrequencies
{
    public static RotaryDescription Default(double theta, int headDimension) => new(Base(theta, headDimension), Describe(theta));

    public static RotaryDescription Linear(double theta, int headDimension, double factor) =>
        new(
            [.. Base(theta, headDimension).Select(frequency => frequency / factor)],
            FormattableString.Invariant($"{Describe(theta)}, linear factor {factor}")
        );

    /// <summary>High frequencies stay, low ones are divided by the factor, those between are blended.</summary>
    public static RotaryDescription Llama3(double theta, int headDimension, Llama3Scaling scaling)
    {
        double[] frequencies = Base(theta, headDimension);
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

    /// <summary>The form GGUF files use: one divisor a pair, besides a linear factor.</summary>
    public static RotaryDescription Divided(double theta, int headDimension, IReadOnlyList<float> divisors, double factor)
    {
        double[] frequencies = Base(theta, headDimension);
        for (int i = 0; i < frequencies.Length; i++)
        {
            frequencies[i] /= divisors[i] * factor;
        }

        return new RotaryDescription(frequencies, $"{Describe(theta)}, divided per frequency");
    }

    private static double[] Base(double theta, int headDimension) =>
        [.. Enumerable.Range(0, headDimension / 2).Select(i => 1 / Math.Pow(theta, 2.0 * i / headDimension))];

    private static string Describe(double theta) => string.Create(CultureInfo.InvariantCulture, $"theta {theta}");
}
