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
}
