namespace MobiZO.Checkpoints;

/// <summary>
/// A checkpoint, adapter or weight file is missing, damaged or not supported. The message names file, tensor or key, what was expected and
/// what was found.
/// </summary>
public sealed class CheckpointException : Exception
{
    /// <summary>Creates the exception with a message for the user.</summary>
    public CheckpointException(string message)
        : base(message) { }

    /// <summary>Creates the exception with a message for the user and its cause.</summary>
    public CheckpointException(string message, Exception inner)
        : base(message, inner) { }
}
