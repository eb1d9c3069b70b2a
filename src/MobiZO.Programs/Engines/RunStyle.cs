namespace MobiZO.Programs.Engines;

/// <summary>How a program will be run.</summary>
public enum RunStyle
{
    /// <summary>One run at a time, each as fast as all cores make it.</summary>
    OneByOne,

    /// <summary>Many runs that do not depend on each other, <see cref="IProgramSession.Width"/> at a time: all together sooner, each of them later.</summary>
    SideBySide,
}
