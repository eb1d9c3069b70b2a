namespace MobiZO.Text.Tokenizers;

/// <summary>A tokenizer file or vocabulary that is broken or uses something this library does not support.</summary>
public sealed class TokenizerException : Exception
{
    /// <summary>Creates the exception; the message names the source, the place in it, what was expected and what to do.</summary>
    public TokenizerException(string message)
        : base(message) { }

    /// <summary>Creates the exception with its cause.</summary>
    public TokenizerException(string message, Exception innerException)
        : base(message, innerException) { }
}
