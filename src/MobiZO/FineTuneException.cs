namespace MobiZO;

/// <summary>A run cannot start or go on. The message says what was wrong and what to do.</summary>
public sealed class FineTuneException : Exception
{
    /// <summary>Creates the exception with a message for the user.</summary>
    /// <param name="message">What was wrong and what to do.</param>
    /// <param name="failure">What has to change.</param>
    public FineTuneException(string message, FineTuneFailure failure = FineTuneFailure.Training)
        : base(message) => Failure = failure;

    /// <summary>What has to change before the run can succeed.</summary>
    public FineTuneFailure Failure { get; }
}
