namespace MobiZO.Checkpoints.Architecture;

/// <summary>Rotary position embedding as inverse frequencies, every scaling already applied.</summary>
/// <param name="InverseFrequencies">
/// One a rotated pair: angle = position * value. Pair i is (i, i + count) of each head; dimensions from 2 * count on are not rotated.
/// </param>
/// <param name="Text">For people: e.g. <c>theta 10000, llama3 factor 8</c>.</param>
public sealed record RotaryDescription(IReadOnlyList<double> InverseFrequencies, string Text)
{
    /// <summary>Factor of every cosine and sine.</summary>
    public double Factor { get; init; } = 1;

    /// <summary>The longest sequence these frequencies are right for; null: any.</summary>
    public int? MaxPositions { get; init; }

    /// <inheritdoc/>
    public bool Equals(RotaryDescription? other) =>
        other is not null && Factor == other.Factor && InverseFrequencies.SequenceEqual(other.InverseFrequencies);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(InverseFrequencies.Count, Factor);
}
