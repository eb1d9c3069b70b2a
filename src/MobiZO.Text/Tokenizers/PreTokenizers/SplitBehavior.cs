namespace MobiZO.Text.Tokenizers.PreTokenizers;

/// <summary>What a split does with the matches of its pattern.</summary>
internal enum SplitBehavior
{
    /// <summary>Matches are dropped.</summary>
    Removed,

    /// <summary>Every match is a part of its own.</summary>
    Isolated,

    /// <summary>A match ends the part before it.</summary>
    MergedWithPrevious,

    /// <summary>A match begins the part behind it.</summary>
    MergedWithNext,

    /// <summary>Neighbouring matches are one part.</summary>
    Contiguous,
}
