namespace MobiZO.Generation;

/// <summary>Why a generated text ends.</summary>
public enum GenerationEnd
{
    /// <summary>The model said that it is done.</summary>
    EndOfSequence,

    /// <summary>A stop text appeared.</summary>
    StopText,

    /// <summary>The allowed number of tokens was reached.</summary>
    MaxNewTokens,

    /// <summary>The model's context is full.</summary>
    ContextFull,
}
