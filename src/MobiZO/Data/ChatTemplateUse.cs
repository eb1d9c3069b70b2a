namespace MobiZO.Data;

/// <summary>Whether prompts with completions are written as a conversation, by the chat template of the model.</summary>
public enum ChatTemplateUse
{
    /// <summary>The prompt is a message of the user, and the completion the answer of the assistant.</summary>
    Always,

    /// <summary>Prompt and completion are read as they are.</summary>
    Never,
}
