namespace MobiZO;

/// <summary>How much the labels of training rows count beside each other.</summary>
public enum ClassWeights
{
    /// <summary>As often as the rows have them.</summary>
    None,

    /// <summary>
    /// All alike: steps draw every label as often as the most frequent one, so that rows of rare labels come more often. No row is left
    /// out, and evaluation rows stay those of their file.
    /// </summary>
    Balanced,
}
