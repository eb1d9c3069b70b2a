namespace MobiZO;

/// <summary>Which evaluation a run reports as its result.</summary>
public enum ReportedEvaluation
{
    /// <summary>The one after the last step: it was not chosen by looking at the rows that measure.</summary>
    Last,

    /// <summary>The best of all, as the paper does: it was chosen on the rows that measure, and so is optimistic.</summary>
    Best,
}
