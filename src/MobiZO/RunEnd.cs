namespace MobiZO;

/// <summary>How a run ended.</summary>
public enum RunEnd
{
    /// <summary>All steps were taken.</summary>
    Completed,

    /// <summary>Evaluations stopped improving.</summary>
    StoppedEarly,

    /// <summary>The user stopped it; it can be resumed.</summary>
    Cancelled,
}
