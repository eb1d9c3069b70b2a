namespace MobiZO.Text.Tokenizers;

/// <summary>Turns text into token ids and back, exactly as the model's own tokenizer does.</summary>
public interface ITokenizer
{
    /// <summary>Number of ids, added tokens included; every id is below it.</summary>
    int VocabularySize { get; }

    /// <summary>Encodes a text. Offsets count UTF-16 code units of <paramref name="text"/>.</summary>
    /// <param name="text">Any text; lone surrogates are encoded as U+FFFD.</param>
    /// <param name="addSpecialTokens">Whether the post-processor adds its tokens (BOS, ...).</param>
    /// <exception cref="TokenizerException">
    /// The text holds what the vocabulary lacks, and the model (word-level, WordPiece or unigram) has no unknown token.
    /// </exception>
    Encoding Encode(string text, bool addSpecialTokens = true);

    /// <summary>Decodes ids; ids outside the vocabulary are skipped.</summary>
    string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = true);

    /// <summary>The id of a token by its vocabulary spelling, or null.</summary>
    int? TokenToId(string token);

    /// <summary>The vocabulary spelling of an id, or null when there is none.</summary>
    string? IdToToken(int id);

    /// <summary>Whether the id is an added token flagged special.</summary>
    bool IsSpecial(int id);

    /// <summary>A decoder that is fed one id at a time and never shows half a character.</summary>
    StreamingDecoder CreateStreamingDecoder(bool skipSpecialTokens = true);
}
