using MobiZO.Checkpoints;
using MobiZO.Text.Tokenizers;

namespace MobiZO.Models;

/// <summary>The tokens that end a text.</summary>
internal static class EndTokens
{
    /// <summary>
    /// Those of the config (in a folder also of <c>generation_config.json</c>), the <c>eos_token</c> of the tokenizer, and in a GGUF file
    /// the known texts: published files name the end of a document and leave out that of a turn.
    /// </summary>
    public static IReadOnlySet<int> Of(Checkpoint checkpoint, ITokenizer tokenizer)
    {
        var texts = checkpoint.Format == CheckpointFormat.Gguf ? Tokenizer.GgufEndTexts : [];
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
