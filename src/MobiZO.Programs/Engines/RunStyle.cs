namespace MobiZO.Programs.Engines;

/// <summary>How a program will be run. The numbers are the same every way.</summary>
public enum RunStyle
{
    /// <summary>One run at a time, each as fast as all cores make it. Between runs the cores belong to the rest of the device.</summary>
    OneByOne,

    /// <summary>
    /// Many runs that do not depend on each other, <see cref="IProgramSession.Width"/> at a time: all together sooner, each of them later.
    /// </summary>
    SideBySide,

    /// <summary>One run right behind the other, each of many small operations: threads may wait awake for the next one.</summary>
    Repeated,
}
