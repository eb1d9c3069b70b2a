namespace MobiZO.PrefixCache;

/// <summary>
/// What the frozen part of the prompts takes: the hidden states that enter the lowest adapted layer and, in scope activated, the keys and
/// values from there on.
/// </summary>
public sealed record PrefixCachePlan
{
    /// <summary>Sequences that an earlier run left in the cache.</summary>
    public required int Found { get; init; }

    /// <summary>Sequences that this run has to compute, or computed.</summary>
    public required int Computed { get; init; }

    /// <summary>How many of those are not computed yet.</summary>
    public required int Left { get; init; }

    /// <summary>Tokens at the beginning of all of them that are computed once; 0: none.</summary>
    public required int SharedTokens { get; init; }

    /// <summary>Bytes of all stored numbers.</summary>
    public required long Bytes { get; init; }

    /// <summary>Seconds of computing: measured, or estimated from what was measured so far.</summary>
    public required double Seconds { get; init; }

    /// <summary>This and another, as of training and evaluation rows.</summary>
    internal PrefixCachePlan Plus(PrefixCachePlan other) =>
        new()
        {
            Found = Found + other.Found,
            Computed = Computed + other.Computed,
            Left = Left + other.Left,
            SharedTokens = Math.Max(SharedTokens, other.SharedTokens),
            Bytes = Bytes + other.Bytes,
            Seconds = Seconds + other.Seconds,
        };
}
