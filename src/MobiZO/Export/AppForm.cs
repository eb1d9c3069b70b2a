namespace MobiZO.Export;

/// <summary>How the step of an app updates B.</summary>
public enum AppForm
{
    /// <summary>B is given and the next B comes back: the app owns it.</summary>
    InOut,

    /// <summary>
    /// The method keeps B from call to call, for hosts that copy inputs (Java, Kotlin); the next B comes back too, for scoring and saving.
    /// </summary>
    Kept,

    /// <summary>
    /// The form of the paper's published program: a step applies the projected gradients of the step before, and gives its own to the next.
    /// </summary>
    Delayed,
}
