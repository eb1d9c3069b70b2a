namespace MobiZO.Text.Tokenizers.PostProcessors;

/// <summary>The last step of encoding: trims ranges, adds tokens such as BOS.</summary>
internal interface IPostProcessor
{
    List<ProcessedToken> Process(List<ProcessedToken> tokens, bool addSpecialTokens);
}
