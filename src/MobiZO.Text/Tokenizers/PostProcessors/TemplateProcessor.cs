namespace MobiZO.Text.Tokenizers.PostProcessors;

/// <summary>Puts special tokens in front of and behind the text.</summary>
internal sealed class TemplateProcessor(IReadOnlyList<ProcessedToken> before, IReadOnlyList<ProcessedToken> after) : IPostProcessor
{
    public List<ProcessedToken> Process(List<ProcessedToken> tokens, bool addSpecialTokens) =>
        addSpecialTokens ? [.. before, .. tokens, .. after] : tokens;
}
