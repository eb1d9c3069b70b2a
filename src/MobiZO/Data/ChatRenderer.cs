namespace MobiZO.Data;

/// <summary>Writes a conversation as text, by the chat template of the model.</summary>
/// <param name="turns">The messages, in order.</param>
/// <param name="addGenerationPrompt">Whether the header that starts the assistant's answer is added at the end.</param>
public delegate string ChatRenderer(IReadOnlyList<ChatTurn> turns, bool addGenerationPrompt);
