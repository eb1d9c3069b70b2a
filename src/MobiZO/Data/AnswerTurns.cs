namespace MobiZO.Data;

/// <summary>Which messages of a conversation are learned.</summary>
public enum AnswerTurns
{
    /// <summary>The last one; it is by the assistant.</summary>
    Last,

    /// <summary>Every one by the assistant behind another message; each is an example of its own, with what was said before.</summary>
    All,
}
