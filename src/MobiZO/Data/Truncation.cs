namespace MobiZO.Data;

/// <summary>Where the longest field of a prompt loses characters when the example is too long.</summary>
public enum Truncation
{
    /// <summary>The middle goes; the beginning and the end stay.</summary>
    Middle,

    /// <summary>The beginning goes; the end stays.</summary>
    Left,
}
