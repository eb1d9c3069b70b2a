namespace MobiZO.Text.Tokenizers;

/// <summary>Finds where the answer starts in the tokens of prompt + answer.</summary>
public static class AnswerBoundary
{
    /// <summary>
    /// The first token whose range ends after the prompt, or null when there is none. That token may also hold prompt characters:
    /// tokens do not respect the border.
    /// </summary>
    /// <param name="encodingOfPromptPlusAnswer">The encoding of the prompt and the answer as one text.</param>
    /// <param name="promptLengthInCodeUnits">Length of the prompt in UTF-16 code units.</param>
    /// <exception cref="ArgumentNullException">The encoding is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative.</exception>
    public static int? FirstAnswerToken(Encoding encodingOfPromptPlusAnswer, int promptLengthInCodeUnits)
    {
        ArgumentNullException.ThrowIfNull(encodingOfPromptPlusAnswer);
        ArgumentOutOfRangeException.ThrowIfNegative(promptLengthInCodeUnits);
        int index = Array.FindIndex(encodingOfPromptPlusAnswer.Offsets, offset => offset.End > promptLengthInCodeUnits);
        return index < 0 ? null : index;
    }
}
