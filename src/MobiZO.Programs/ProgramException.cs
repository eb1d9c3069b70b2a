namespace MobiZO.Programs;

/// <summary>A program was built or fed with shapes that do not fit. The message names the operation and both shapes.</summary>
public sealed class ProgramException : Exception
{
    /// <summary>Creates the exception with its message.</summary>
    public ProgramException(string message) : base(message)
    {
    }
}
