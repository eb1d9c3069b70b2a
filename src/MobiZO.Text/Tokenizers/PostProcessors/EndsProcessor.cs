namespace MobiZO.Text.Tokenizers.PostProcessors;

/// <summary>Puts tokens around a text in place of those that another post-processor would add.</summary>
/// <param name="inner">What else is done, e.g. trimming ranges; null: nothing.</param>
/// <param name="ends">The tokens.</param>
internal sealed class EndsProcessor(IPostProcessor? inner, TemplateProcessor ends) : IPostProcessor
{
    public List<ProcessedToken> Process(List<ProcessedToken> tokens, bool addSpecialTokens) =>
        ends.Process(inner?.Process(tokens, addSpecialTokens: false) ?? tokens, addSpecialTokens);
}
