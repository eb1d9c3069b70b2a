namespace MobiZO.Data;

/// <summary>Writes a conversation as the text the model was trained on: its chat template.</summary>
/// <param name="turns">The messages, in order.</param>
/// <param name="addGenerationPrompt">Whether the header that starts the assistant's answer is added at the end.</param>
public delegate string ChatRenderer(IReadOnlyList<ChatTurn> turns, bool addGenerationPrompt);
