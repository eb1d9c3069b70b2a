using MobiZO.Checkpoints;
using MobiZO.Text.Tokenizers;

namespace MobiZO.Models;

/// <summary>The tokens that end a text.</summary>
internal static class EndTokens
{
    // Source: llama.cpp, the texts that its vocabulary takes for ends of generation whatever the metadata say.
    private static readonly string[] s_knownTexts =
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

    /// <summary>
    /// Those of the config (in a folder also of <c>generation_config.json</c>), the <c>eos_token</c> of the tokenizer, and in a GGUF file
    /// the known texts: published files name the end of a document and leave out that of a turn.
    /// </summary>
    public static IReadOnlySet<int> Of(Checkpoint checkpoint, ITokenizer tokenizer)
    {
        string[] texts = checkpoint.Format == CheckpointFormat.Gguf ? s_knownTexts : [];
        return checkpoint
            .Config.EosTokenIds.Concat(
                texts
                    .Append(checkpoint.SpecialTokens.GetValueOrDefault("eos_token"))
                    .OfType<string>()
                    .Select(tokenizer.TokenToId)
                    .OfType<int>()
                    .Where(id => id < checkpoint.Config.VocabularySize)
            )
            .ToHashSet();
    }
}
