using MobiZO.Text.Tokenizers.Gguf;
using MobiZO.Text.Tokenizers.Loading;
using MobiZO.Text.Tokenizers.Writing;

namespace MobiZO.Text.Tokenizers;

/// <summary>The door to the tokenizers: builds one from a <c>tokenizer.json</c> or from GGUF metadata.</summary>
/// <remarks>
/// Tokenizers are immutable, and several threads may use one at once. A <see cref="StreamingDecoder"/> belongs to one thread.
/// </remarks>
public static class Tokenizer
{
    /// <summary>The names that <see cref="GgufVocabulary.Pre"/> may have.</summary>
    public static IReadOnlyCollection<string> GgufPreTokenizerNames => GgufPreTokenizers.All;

    /// <summary>
    /// The tokens that end a text or a turn in any GGUF vocabulary that has them, by their spelling. They are found in texts as control
    /// tokens are, whatever <see cref="GgufVocabulary.TokenTypes"/> says of them.
    /// </summary>
    public static IReadOnlyList<string> GgufEndTexts => GgufEndings.Texts;

    /// <summary>
    /// Reads a <c>tokenizer.json</c> of the Hugging Face tokenizers library. Its truncation and padding are not applied.
    /// </summary>
    /// <param name="path">Path of the file.</param>
    /// <exception cref="TokenizerException">The file is broken or uses a construct that is not supported. The message names it.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static ITokenizer FromFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return TokenizerJson.Read(path, File.ReadAllBytes(path));
    }

    /// <summary>Reads a <c>tokenizer.json</c> whose special tokens around a text may be given beside it.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="ends">What is said beside it.</param>
    /// <exception cref="TokenizerException">
    /// The file is broken or uses a construct that is not supported, or a token that is to be added is not known. The message names it.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static ITokenizer FromFile(string path, SpecialEnds ends)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(ends);
        return TokenizerJson.Read(path, File.ReadAllBytes(path)).With(ends, path);
    }

    /// <summary>Builds the tokenizer that GGUF metadata describe.</summary>
    /// <exception cref="TokenizerException">The metadata contradict themselves or name an unknown kind or pre-tokenizer.</exception>
    public static ITokenizer FromGguf(GgufVocabulary vocabulary)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        return GgufTokenizer.Build(vocabulary);
    }

    /// <summary>
    /// Writes the tokenizer that GGUF metadata describe as a <c>tokenizer.json</c> of the Hugging Face tokenizers library.
    /// </summary>
    /// <param name="vocabulary">The metadata.</param>
    /// <returns>The bytes of the file. Texts have the same ids by it.</returns>
    /// <exception cref="TokenizerException">
    /// The metadata contradict themselves, name an unknown kind or pre-tokenizer, or describe what such a file cannot say.
    /// </exception>
    public static byte[] JsonOfGguf(GgufVocabulary vocabulary)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        return GgufTokenizerJson.Write(vocabulary);
    }
}
