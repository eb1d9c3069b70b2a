using MobiZO.Checkpoints.Architecture;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Feeding;

namespace MobiZO.Training;

/// <summary>How many rows of a step's gradient make one engine run: what lives until the way back is to fit a budget.</summary>
internal sealed class GradientRoom
{
    // Values of a token that an adapted layer keeps until the way back, in hidden sizes and in MLP widths: counted on the programs
    // of a gated decoder; a rough estimate.
    private const int HiddenValues = 12;
    private const int MlpValues = 5;

    // Keys and values of a prompt are given once, and kept once more, joined with those of the row.
    private const int CachedCopies = 2;

    // Logits, what comes of them, and their gradient.
    private const int LogitValues = 3;

    // A guided copy has its error beside them, each in full at one time or another; measured.
    private const int GuidedLogitValues = 6;

    private readonly long _bytesOfToken;
    private readonly long _bytesOfAnswer;
    private readonly long _bytesOfCached;
    private readonly long _budget;

    /// <param name="config">Sizes of the model.</param>
    /// <param name="lowestLayer">The lowest adapted layer: the way back ends there.</param>
    /// <param name="isWholeVocabulary">Whether the loss needs logits of every token of the vocabulary.</param>
    /// <param name="megabytes">The budget.</param>
    /// <param name="cachedValues">Keys and values that a cached token of a prompt has in all layers; 0: prompts do not count.</param>
    /// <param name="isGuided">Whether it is a guided copy alone: what it computes in a layer is let go with it.</param>
    public GradientRoom(
        ModelConfig config,
        int lowestLayer,
        bool isWholeVocabulary,
        int megabytes,
        int cachedValues = 0,
        bool isGuided = false
    )
    {
        long layers = isGuided ? 1 : config.LayerCount - lowestLayer;
        _bytesOfToken = sizeof(float) * layers * ((HiddenValues * (long)config.HiddenSize) + (MlpValues * (long)config.IntermediateSize));
        _bytesOfAnswer = isWholeVocabulary ? sizeof(float) * (isGuided ? GuidedLogitValues : LogitValues) * (long)config.VocabularySize : 0;
        _bytesOfCached = sizeof(float) * CachedCopies * (long)cachedValues;
        _budget = (long)megabytes << 20;
    }

    /// <summary>Bytes that rows of so many tokens and answers keep until the way back.</summary>
    /// <param name="tokens">Tokens of all rows, padding included.</param>
    /// <param name="answers">Answer tokens of all rows.</param>
    /// <param name="cached">Cached tokens of all prompts, padding included.</param>
    public long BytesOf(long tokens, long answers, long cached = 0) =>
        checked((tokens * _bytesOfToken) + (answers * _bytesOfAnswer) + (cached * _bytesOfCached));

    /// <summary>
    /// Most bytes of a run on the examples of a step: what all of them need, within the budget, or what one row alone needs.
    /// </summary>
    /// <param name="form">The loss.</param>
    /// <param name="examples">Every example.</param>
    /// <param name="perStep">Examples of a step.</param>
    /// <param name="lengths">The lengths that the engine wants to see.</param>
    public long MostBytes(StepLossKind form, IReadOnlyList<PromptExample> examples, int perStep, LengthGrid lengths)
    {
        var one = examples.Max(example =>
            BytesOf(
                lengths.Fit(StepFeed.TokensOf(form, example)) * StepFeed.RowsOf(form, example),
                StepFeed.AnswersOf(form, example),
                CachedOf(example, lengths)
            )
        );
        return Math.Max(one, one > _budget / perStep ? _budget : perStep * one);
    }

    /// <summary>Cuts the examples of a step into runs, those of like length together, so that little is padding.</summary>
    /// <param name="form">The loss.</param>
    /// <param name="examples">Every example.</param>
    /// <param name="indices">Those of the step.</param>
    /// <param name="lengths">The lengths that the engine wants to see.</param>
    public IEnumerable<int[]> Cut(StepLossKind form, IReadOnlyList<PromptExample> examples, int[] indices, LengthGrid lengths)
    {
        var part = new List<int>();
        var (rows, answers, longest) = (0L, 0L, 0);
        foreach (
            var index in indices
                .OrderBy(index => CachedOf(examples[index], lengths))
                .ThenBy(index => StepFeed.TokensOf(form, examples[index]))
        )
        {
            // Later rows are longer, and a run is padded to its longest.
            var example = examples[index];
            var tokens = lengths.Fit(StepFeed.TokensOf(form, example));
            var (moreRows, moreAnswers) = (rows + StepFeed.RowsOf(form, example), answers + StepFeed.AnswersOf(form, example));
            longest = Math.Max(longest, tokens);
            if (part.Count > 0 && BytesOf(moreRows * longest, moreAnswers, (part.Count + 1L) * CachedOf(example, lengths)) > _budget)
            {
                yield return [.. part];
                part.Clear();
                longest = tokens;
                (moreRows, moreAnswers) = (StepFeed.RowsOf(form, example), StepFeed.AnswersOf(form, example));
            }

            part.Add(index);
            (rows, answers) = (moreRows, moreAnswers);
        }

        yield return [.. part];
    }

    /// <summary>Cached tokens that count. Where prompts do not, the computed tokens alone decide what lies together.</summary>
    private int CachedOf(PromptExample example, LengthGrid lengths) =>
        _bytesOfCached > 0 ? lengths.Fit(Math.Max(1, example.SuffixStart)) : 0;
}
