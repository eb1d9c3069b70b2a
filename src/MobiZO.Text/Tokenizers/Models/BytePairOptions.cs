namespace MobiZO.Text.Tokenizers.Models;

/// <summary>How a byte-pair model treats what its vocabulary does not hold.</summary>
internal sealed record BytePairOptions
{
    /// <summary>The token for characters the vocabulary lacks; null lets them vanish.</summary>
    public int? UnknownId { get; init; }

    /// <summary>Whether neighbouring unknown characters become one token.</summary>
    public bool FuseUnknown { get; init; }

    /// <summary>Whether a missing character is written as byte tokens, &lt;0x41&gt;.</summary>
    public bool ByteFallback { get; init; }

    /// <summary>Whether a word that is a token is taken as it is.</summary>
    public bool IgnoreMerges { get; init; }

    /// <summary>What precedes every character of a word but the first.</summary>
    public string ContinuingPrefix { get; init; } = "";

    /// <summary>What follows the last character of a word.</summary>
    public string EndOfWordSuffix { get; init; } = "";
}
