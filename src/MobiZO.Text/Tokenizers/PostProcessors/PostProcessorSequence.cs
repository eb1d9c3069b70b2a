namespace MobiZO.Text.Tokenizers.PostProcessors;

/// <summary>One post-processor after the other.</summary>
internal sealed class PostProcessorSequence(IReadOnlyList<IPostProcessor> processors) : IPostProcessor
{
    public List<ProcessedToken> Process(List<ProcessedToken> tokens, bool addSpecialTokens) =>
        processors.Aggregate(tokens, (current, processor) => processor.Process(current, addSpecialTokens));
}
