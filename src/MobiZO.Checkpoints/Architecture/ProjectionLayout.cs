namespace MobiZO.Checkpoints.Architecture;

/// <summary>How queries, keys and values come out of their projections.</summary>
public enum ProjectionLayout
{
    /// <summary>Three projections: queries, keys, values.</summary>
    Separate,

    /// <summary>One projection; its rows are all queries, then all keys, then all values.</summary>
    Concatenated,

    /// <summary>One projection; its rows are, for every key/value head, its query heads, its keys and its values.</summary>
    Grouped,
}
