namespace MobiZO.Data;

/// <summary>How a choice of several tokens is scored. Words of one token each are compared by that token, whatever is said here.</summary>
public enum ChoiceScoring
{
    /// <summary>
    /// Words are a tree: at every place where they part, the tokens that they go on with share the probability. Where no words part
    /// nothing is decided, so length is of no matter. All words share one copy of the prompt. The default for label words; a word with
    /// which another one begins needs a model with a token that ends an answer.
    /// </summary>
    Branches,

    /// <summary>Mean log-probability of its tokens. The default for choices that every row has of its own.</summary>
    Mean,

    /// <summary>Sum of the log-probabilities of its tokens: the probability of the text, smaller for longer ones.</summary>
    Sum,

    /// <summary>Sum of the log-probabilities of its tokens a character of its text.</summary>
    Characters,
}
