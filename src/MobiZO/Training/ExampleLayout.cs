using MobiZO.Data;
using MobiZO.Programs.Architectures;
using MobiZO.Programs.Feeding;

namespace MobiZO.Training;

/// <summary>How encoded rows become examples of a program, for one loss and scope.</summary>
internal sealed record ExampleLayout(LossForm Form, PromptForm Prompt)
{
    /// <summary>Chooses the forms for the rows of a run.</summary>
    /// <exception cref="FineTuneException">The rows do not fit the loss.</exception>
    public static ExampleLayout Choose(IReadOnlyList<EncodedExample> examples, LossKind? loss, AdapterScope scope)
    {
        var hasChoices = examples.All(example => example.ChoiceIds.Length > 1);
        if (loss == LossKind.Choices && !hasChoices)
        {
            throw new FineTuneException("Loss 'choices' needs label words for every row: give --choices or --label-words, or use --loss tokens.", FineTuneFailure.Settings);
        }

        var form = !hasChoices || loss == LossKind.Tokens ? LossForm.Tokens
            : examples.All(example => example.ChoiceIds.All(choice => choice.Length == 1)) ? LossForm.Choices
            : LossForm.ChoiceSequences;
        return new ExampleLayout(form, scope == AdapterScope.Activated ? PromptForm.KeyValues : PromptForm.Tokens);
    }

    /// <summary>The example that a step trains on.</summary>
    public PromptExample ForTraining(EncodedExample example) => new(
        example.PromptIds,
        SuffixStart(example),
        Form == LossForm.Tokens ? example.AnswerIds : [],
        Form == LossForm.Tokens ? [] : example.ChoiceIds,
        example.Label ?? 0);

    /// <summary>The example that an evaluation scores: all its choices, or its free answer.</summary>
    public PromptExample ForScoring(EncodedExample example) => new(
        example.PromptIds,
        SuffixStart(example),
        example.ChoiceIds.Length > 1 ? [] : example.AnswerIds,
        example.ChoiceIds.Length > 1 ? example.ChoiceIds : [],
        example.Label ?? 0);

    private int SuffixStart(EncodedExample example) => Prompt == PromptForm.KeyValues ? example.InvocationStart : 0;
}
