namespace MobiZO.Generation;

/// <summary>Text cannot be generated or classified. The message says what was wrong and what to do.</summary>
public sealed class GenerationException : Exception
{
    /// <summary>Creates the exception with a message for the user.</summary>
    public GenerationException(string message)
        : base(message) { }

    internal static void ThrowIfInvalid(IReadOnlyList<string> errors)
    {
        if (errors.Count > 0)
        {
            throw new GenerationException(
                "The settings of the generation have errors:" + string.Concat(errors.Select(error => $"{Environment.NewLine}  {error}"))
            );
        }
    }
}
