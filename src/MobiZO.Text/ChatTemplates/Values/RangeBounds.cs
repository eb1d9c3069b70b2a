using System.Globalization;
using System.Numerics;

namespace MobiZO.Text.ChatTemplates.Values;

/// <summary>What a range is made from: it prints these rather than its items.</summary>
internal sealed record RangeBounds(BigInteger Start, BigInteger Stop, BigInteger Step)
{
    /// <summary>The range that a slice of this one is.</summary>
    /// <param name="start">First position; null: at the end that the step begins from.</param>
    /// <param name="stop">Position behind the last; null: at the other end.</param>
    /// <param name="step">Distance of positions.</param>
    /// <param name="count">Number of items of this range.</param>
    public RangeBounds Slice(BigInteger? start, BigInteger? stop, BigInteger step, int count)
    {
        var (lowest, highest) = step.Sign > 0 ? (BigInteger.Zero, (BigInteger)count) : (BigInteger.MinusOne, (BigInteger)count - 1);
        BigInteger Clamp(BigInteger? position, BigInteger fallback)
        {
            var place = position is { } given ? (given.Sign < 0 ? given + count : given) : fallback;
            return BigInteger.Max(lowest, BigInteger.Min(highest, place));
        }

        var first = Clamp(start, step.Sign > 0 ? lowest : highest);
        var last = Clamp(stop, step.Sign > 0 ? highest : lowest);
        return new RangeBounds(Start + (first * Step), Start + (last * Step), Step * step);
    }

    public override string ToString() =>
        Step.IsOne
            ? string.Create(CultureInfo.InvariantCulture, $"range({Start}, {Stop})")
            : string.Create(CultureInfo.InvariantCulture, $"range({Start}, {Stop}, {Step})");
}
