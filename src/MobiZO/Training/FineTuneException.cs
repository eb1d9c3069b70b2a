namespace MobiZO.Training;

/// <summary>A run cannot start or go on. The message says what was wrong and what to do.</summary>
public sealed class FineTuneException : Exception
{
    /// <summary>Creates the exception with a message for the user.</summary>
    public FineTuneException(string message) : base(message)
    {
    }
}
