namespace MobiZO.Text.Tokenizers.AddedTokens;

/// <summary>A token that is looked for in the text before the model runs.</summary>
internal sealed record AddedToken
{
    public required int Id { get; init; }

    public required string Content { get; init; }

    /// <summary>Whether decoding may leave it out.</summary>
    public bool Special { get; init; }

    /// <summary>Whether it counts only when no word character touches it.</summary>
    public bool SingleWord { get; init; }

    /// <summary>Whether it swallows the whitespace before it.</summary>
    public bool StripLeft { get; init; }

    /// <summary>Whether it swallows the whitespace behind it.</summary>
    public bool StripRight { get; init; }

    /// <summary>Whether it is looked for in the normalized text instead of the original.</summary>
    public bool Normalized { get; init; }
}
