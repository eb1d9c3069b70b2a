namespace MobiZO.Data;

/// <summary>What a row means for training.</summary>
public enum RowShape
{
    /// <summary>A prompt and one of a few choices; the label column says which.</summary>
    Classification,

    /// <summary>A prompt and a free answer.</summary>
    Completion,

    /// <summary>A conversation; the last message, by the assistant, is the answer.</summary>
    Chat,

    /// <summary>A prompt and choices of the row's own: a list and its right one, or a chosen and a rejected answer.</summary>
    Choices,

    /// <summary>Plain text; every token after the first is the answer.</summary>
    Text,
}
