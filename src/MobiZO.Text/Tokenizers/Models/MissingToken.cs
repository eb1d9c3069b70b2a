namespace MobiZO.Text.Tokenizers.Models;

/// <summary>The error for a word that no token stands for.</summary>
internal static class MissingToken
{
    private const int Shown = 40;

    /// <summary>Says which word, and what is missing.</summary>
    /// <param name="file">What messages call the tokenizer's file.</param>
    /// <param name="word">The word.</param>
    /// <param name="missing">What the vocabulary should hold for it.</param>
    public static TokenizerException For(string file, ReadOnlySpan<char> word, string missing) =>
        new(
            $"{file}: the word '{word[..Math.Min(word.Length, Shown)]}' is not in the vocabulary, and neither is {missing}. "
                + "Leave the word out of the data, or save the tokenizer with a token for unknown words."
        );
}
