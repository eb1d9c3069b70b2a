using MobiZO.Data;
using MobiZO.Programs.Adapters;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Feeding;

namespace MobiZO.Training;

/// <summary>How encoded rows become examples of a program, for one loss, scope and adapter.</summary>
/// <param name="Form">The loss.</param>
/// <param name="Prompt">What programs are given of the frozen part of a prompt.</param>
/// <param name="FirstLayer">The first computed layer; above 0 programs are given the hidden states that enter it.</param>
internal sealed record ExampleLayout(StepLossKind Form, PrefixKind Prompt, int FirstLayer = 0)
{
    /// <summary>What an adapter leaves frozen: the layers below it, and in scope activated the tokens before it.</summary>
    /// <param name="scope">Where the adapter acts.</param>
    /// <param name="adapter">The adapter.</param>
    /// <param name="hasSingleRows">
    /// Whether an example is one row. The hidden states of rows that differ in their answers would have to be kept for each, with the prompt before them; then scope activated keeps
    /// the prompt of every layer.
    /// </param>
    public static (PrefixKind Prompt, int FirstLayer) FrozenPart(AdapterScope scope, AdapterLayout adapter, bool hasSingleRows = true)
    {
        var lowest = LowestLayer(adapter);
        if (scope == AdapterScope.Activated)
        {
            return (PrefixKind.KeyValues, hasSingleRows ? lowest : 0);
        }

        return lowest > 0 ? (PrefixKind.Hidden, lowest) : (PrefixKind.Tokens, 0);
    }

    /// <summary>Whether these label words make one row: each is a single token, or there are none.</summary>
    public static bool AreSingleRows(IEnumerable<int[]> choices) => choices.All(choice => choice.Length == 1);

    /// <summary>Layers that the copies of a step compute once behind cached prompts of all layers: below the lowest adapted one their rows do not differ.</summary>
    public static int SharedLayers(PrefixKind prompt, int firstLayer, AdapterLayout adapter) => prompt == PrefixKind.KeyValues && firstLayer == 0 ? LowestLayer(adapter) : 0;

    /// <summary>Chooses the forms for the rows of a run.</summary>
    /// <exception cref="FineTuneException">The rows do not fit the loss.</exception>
    public static ExampleLayout Choose(IReadOnlyList<EncodedExample> examples, LossKind? loss, AdapterScope scope, AdapterLayout adapter)
    {
        var hasChoices = examples.All(example => example.ChoiceIds.Length > 1);
        if (loss == LossKind.Choices && !hasChoices)
        {
            throw new FineTuneException("Loss 'choices' needs label words for every row: give --choices or --label-words, or use --loss tokens.", FineTuneFailure.Settings);
        }

        var hasSingleRows = examples.All(example => AreSingleRows(example.ChoiceIds));
        var form = !hasChoices || loss == LossKind.Tokens ? StepLossKind.Tokens
            : hasSingleRows ? StepLossKind.Choices
            : StepLossKind.ChoiceSequences;
        var (prompt, firstLayer) = FrozenPart(scope, adapter, hasSingleRows);
        return new ExampleLayout(form, prompt, firstLayer);
    }

    /// <summary>The example that a step trains on.</summary>
    public PromptExample ForTraining(EncodedExample example) => new(
        example.PromptIds,
        SuffixStart(example),
        Form == StepLossKind.Tokens ? example.AnswerIds : [],
        Form == StepLossKind.Tokens ? [] : example.ChoiceIds,
        example.Label ?? 0);

    /// <summary>The example that an evaluation scores: all its choices, or its free answer.</summary>
    public PromptExample ForScoring(EncodedExample example) => new(
        example.PromptIds,
        SuffixStart(example),
        example.ChoiceIds.Length > 1 ? [] : example.AnswerIds,
        example.ChoiceIds.Length > 1 ? example.ChoiceIds : [],
        example.Label ?? 0);

    /// <summary>Tokens of a row of a step when all rows have as many and the step's program is shorter for that number (1, behind cached prompts); null otherwise.</summary>
    public int? RowTokens(IEnumerable<PromptExample> examples) =>
        Prompt == PrefixKind.KeyValues && examples.All(example => StepFeed.TokensOf(Form, example) == 1) ? 1 : null;

    private static int LowestLayer(AdapterLayout adapter) => adapter.Modules.Min(module => module.Layer);

    private int SuffixStart(EncodedExample example) => Prompt == PrefixKind.KeyValues ? example.InvocationStart : 0;
}
