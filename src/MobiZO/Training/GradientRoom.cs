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

    // Logits, what comes of them, and their gradient.
    private const int LogitValues = 3;

    private readonly long _bytesOfToken;
    private readonly long _bytesOfAnswer;
    private readonly long _budget;

    /// <param name="config">Sizes of the model.</param>
    /// <param name="lowestLayer">The lowest adapted layer: the way back ends there.</param>
    /// <param name="isWholeVocabulary">Whether the loss needs logits of every token of the vocabulary.</param>
    /// <param name="megabytes">The budget.</param>
    public GradientRoom(ModelConfig config, int lowestLayer, bool isWholeVocabulary, int megabytes)
    {
        long layers = config.LayerCount - lowestLayer;
        _bytesOfToken = sizeof(float) * layers * ((HiddenValues * (long)config.HiddenSize) + (MlpValues * (long)config.IntermediateSize));
        _bytesOfAnswer = isWholeVocabulary ? sizeof(float) * LogitValues * (long)config.VocabularySize : 0;
        _budget = (long)megabytes << 20;
    }

    /// <summary>Bytes that rows of so many tokens and answers keep until the way back.</summary>
    /// <param name="tokens">Tokens of all rows, padding included.</param>
    /// <param name="answers">Answer tokens of all rows.</param>
    public long BytesOf(long tokens, long answers) => checked((tokens * _bytesOfToken) + (answers * _bytesOfAnswer));

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
            BytesOf(lengths.Fit(StepFeed.TokensOf(form, example)) * StepFeed.RowsOf(form, example), StepFeed.AnswersOf(form, example))
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
        long rows = 0;
        long answers = 0;
        foreach (var index in indices.OrderBy(index => StepFeed.TokensOf(form, examples[index])))
        {
            // Later rows are longer, and a run is padded to its longest.
            var tokens = lengths.Fit(StepFeed.TokensOf(form, examples[index]));
            var (moreRows, moreAnswers) = (
                rows + StepFeed.RowsOf(form, examples[index]),
                answers + StepFeed.AnswersOf(form, examples[index])
            );
            if (part.Count > 0 && BytesOf(moreRows * tokens, moreAnswers) > _budget)
            {
                yield return [.. part];
                part.Clear();
                (moreRows, moreAnswers) = (StepFeed.RowsOf(form, examples[index]), StepFeed.AnswersOf(form, examples[index]));
            }

            part.Add(index);
            (rows, answers) = (moreRows, moreAnswers);
        }

        yield return [.. part];
    }
}
