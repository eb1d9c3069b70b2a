namespace MobiZO;

/// <summary>Which tokens carry the adapter.</summary>
public enum AdapterScope
{
    /// <summary>
    /// The last prompt tokens and the answer ("activated LoRA"): the prompt before them is computed once and a step costs a few tokens.
    /// Cannot be merged.
    /// </summary>
    Activated,

    /// <summary>Every token, as in the paper; merges into the weights.</summary>
    All,
}
