namespace MobiZO.Programs;

/// <summary>
/// A program was built or fed with shapes that do not fit, or an engine failed in it. The message names the program or operation, what was
/// expected and what was found.
/// </summary>
public sealed class ProgramException : Exception
{
    /// <summary>Creates the exception with its message.</summary>
    public ProgramException(string message)
        : base(message) { }

    /// <summary>Creates the exception with its message and its cause.</summary>
    public ProgramException(string message, Exception inner)
        : base(message, inner) { }

    /// <summary>Whether something was asked for that cannot be had, such as a release that files are not written for.</summary>
    public bool IsSetting { get; init; }
}
