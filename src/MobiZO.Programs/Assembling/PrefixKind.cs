namespace MobiZO.Programs.Assembling;

/// <summary>What a program is given of the frozen part of a prompt.</summary>
public enum PrefixKind
{
    /// <summary>Nothing: the rows hold every token.</summary>
    Tokens,

    /// <summary>
    /// Keys and values of every computed layer (scope <c>activated</c>, and generation with a cache): the rows hold the tokens after them.
    /// Where the first computed layer is not the
    /// first of the model, also the hidden states of the rows that enter it.
    /// </summary>
    KeyValues,

    /// <summary>
    /// Hidden states that enter the first adapted layer (scope <c>all</c>, adapters in the top layers): the rows hold every token.
    /// </summary>
    Hidden,
}
