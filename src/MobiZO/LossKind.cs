namespace MobiZO;

/// <summary>What a step minimises.</summary>
public enum LossKind
{
    /// <summary>Cross-entropy over the label words only; the default for classification.</summary>
    Choices,

    /// <summary>Cross-entropy over the whole vocabulary, mean over the answer tokens.</summary>
    Tokens,
}
