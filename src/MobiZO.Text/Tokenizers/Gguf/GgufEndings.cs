namespace MobiZO.Text.Tokenizers.Gguf;

/// <summary>Tokens of turns, known by their spelling: some published files store them as ordinary tokens.</summary>
internal static class GgufEndings
{
    // Gemma begins a turn with it; files that have the wrong type for its end have it for this one too.
    private const string StartOfTurn = "<start_of_turn>";

    /// <summary>What ends a text or a turn.</summary>
    /// <remarks>Source: llama.cpp, the texts that its vocabulary takes for ends of generation whatever the metadata say.</remarks>
    public static IReadOnlyList<string> Texts { get; } =
    [
        "<|eot_id|>",
        "<|im_end|>",
        "<|end|>",
        "<|return|>",
        "<|call|>",
        "<end_of_turn>",
        "<|endoftext|>",
        "<|eom_id|>",
        "<EOT>",
        "_<EOT>",
        "<|end_of_text|>",
        "<end_of_utterance>",
    ];

    /// <summary>Whether a token is a control token, whatever type the file gives it.</summary>
    public static bool AreControl(string token) => token == StartOfTurn || Texts.Contains(token, StringComparer.Ordinal);
}
