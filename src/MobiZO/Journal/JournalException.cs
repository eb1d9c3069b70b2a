namespace MobiZO.Journal;

/// <summary>
/// A journal or training checkpoint is missing, damaged or belongs to another run. The message names file, line and key, what was expected
/// and what was found.
/// </summary>
public sealed class JournalException : Exception
{
    /// <summary>Creates the exception with a message for the user.</summary>
    public JournalException(string message)
        : base(message) { }

    /// <summary>Creates the exception with a message for the user and its cause.</summary>
    public JournalException(string message, Exception inner)
        : base(message, inner) { }
}
