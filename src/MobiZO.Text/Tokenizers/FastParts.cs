using MobiZO.Text.Tokenizers.Models;
using MobiZO.Text.Tokenizers.PreTokenizers;

namespace MobiZO.Text.Tokenizers;

/// <summary>Puts parts together so that words which come again cost little. What is encoded stays the same.</summary>
internal static class FastParts
{
    /// <summary>The same tokenizer with a memory for words.</summary>
    public static TokenizerParts Of(TokenizerParts parts)
    {
        if (parts.Model is CachedModel or ByteLevelModel)
        {
            return parts;
        }

        return parts.PreTokenizer switch
        {
            ByteLevelPreTokenizer last => parts with { PreTokenizer = last.WithoutEncoding(), Model = new ByteLevelModel(parts.Model) },
            PreTokenizerSequence { Steps: [.. var before, ByteLevelPreTokenizer last] } => parts with
            {
                PreTokenizer = new PreTokenizerSequence([.. before, last.WithoutEncoding()]),
                Model = new ByteLevelModel(parts.Model),
            },
            _ => parts with { Model = new CachedModel(parts.Model, WordCuts.For(parts.Model)) },
        };
    }
}
