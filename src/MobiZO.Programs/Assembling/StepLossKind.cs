namespace MobiZO.Programs.Assembling;

/// <summary>How a step turns answer positions into one loss a copy.</summary>
public enum StepLossKind
{
    /// <summary>Cross-entropy over the vocabulary, weighted over answer tokens.</summary>
    Tokens,

    /// <summary>Cross-entropy over label words of one token each, at one answer position a row.</summary>
    Choices,

    /// <summary>Cross-entropy over label words of several tokens: every choice is a row, scored by weighted log-probabilities.</summary>
    ChoiceSequences,

    /// <summary>
    /// As <see cref="ChoiceSequences"/> where every example has choices of its own, which may be more or fewer than those of another: what
    /// an example lacks is a choice that is never taken.
    /// </summary>
    RowChoices,

    /// <summary>
    /// Cross-entropy over label words of several tokens that are one tree: at every place where words part, over the tokens that they go on
    /// with; summed over the way to the right word. Every example is one row. Single tokens are a tree of one place.
    /// </summary>
    ChoiceBranches,

    /// <summary><see cref="ChoiceBranches"/> and a share of the cross-entropy of the right word's tokens over the vocabulary.</summary>
    ChoiceBranchesAndTokens,
}

/// <summary>What the kinds of losses have in common.</summary>
public static class StepLossKinds
{
    /// <summary>Whether every choice of an example is a row.</summary>
    public static bool HasRowPerChoice(this StepLossKind kind) => kind is StepLossKind.ChoiceSequences or StepLossKind.RowChoices;

    /// <summary>Whether the rows of an example are ways through a tree of words (<see cref="Feeding.PromptExample.Rows"/>).</summary>
    public static bool IsTree(this StepLossKind kind) => kind is StepLossKind.ChoiceBranches or StepLossKind.ChoiceBranchesAndTokens;

    /// <summary>Whether logits of the whole vocabulary are needed.</summary>
    public static bool IsWholeVocabulary(this StepLossKind kind) => kind is not (StepLossKind.Choices or StepLossKind.ChoiceBranches);
}
