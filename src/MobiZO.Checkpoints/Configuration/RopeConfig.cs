namespace MobiZO.Checkpoints.Configuration;

/// <summary>Rotary embedding as inverse frequencies, every scaling already applied.</summary>
/// <param name="InverseFrequencies">One per rotated pair (HeadDimension / 2): angle = position * value.</param>
/// <param name="Description">For people: e.g. <c>theta 10000, llama3 factor 8</c>.</param>
public sealed record RopeConfig(IReadOnlyList<double> InverseFrequencies, string Description)
{
    /// <inheritdoc/>
    public bool Equals(RopeConfig? other) => other is not null && InverseFrequencies.SequenceEqual(other.InverseFrequencies);

    /// <inheritdoc/>
    public override int GetHashCode() => InverseFrequencies.Count;
}
