namespace MobiZO.Fuzz.Tests;

/// <summary>What is done to a file.</summary>
public enum MutationKind
{
    /// <summary>One bit is flipped.</summary>
    Flip,

    /// <summary>The rest is cut off.</summary>
    Cut,

    /// <summary>A range is taken out.</summary>
    Remove,

    /// <summary>A range stands twice.</summary>
    Repeat,

    /// <summary>A range is overwritten with one byte.</summary>
    Overwrite,

    /// <summary>A token is put in.</summary>
    Insert,

    /// <summary>A number becomes a token.</summary>
    ReplaceNumber,
}
