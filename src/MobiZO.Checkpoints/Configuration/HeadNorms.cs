namespace MobiZO.Checkpoints.Configuration;

/// <summary>What queries and keys are normed over before they are rotated.</summary>
internal enum HeadNorms
{
    /// <summary>They are not.</summary>
    None,

    /// <summary>Each head by itself, with one weight [head width].</summary>
    EachHead,

    /// <summary>All heads together, with weights [heads * head width].</summary>
    AllHeads,
}
