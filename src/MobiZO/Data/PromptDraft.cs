namespace MobiZO.Data;

/// <summary>A prompt that can be written again with shorter fields.</summary>
/// <param name="Fields">The texts that may be cut.</param>
/// <param name="Render">Writes the prompt and its answers from the fields, in the order of <paramref name="Fields"/>.</param>
/// <param name="AddSpecialTokens">Whether the tokenizer adds its own tokens; a chat template writes them itself.</param>
/// <param name="Right">Which of the answers is right, where the row itself says so; null: its label does, or there is one.</param>
internal sealed record PromptDraft(
    IReadOnlyList<string> Fields,
    Func<IReadOnlyList<string>, PromptText> Render,
    bool AddSpecialTokens = true,
    int? Right = null
);

/// <summary>A prompt and the answers that may follow it.</summary>
/// <param name="Prompt">Text before the answer.</param>
/// <param name="Answers">One text for each choice, or the only answer.</param>
internal readonly record struct PromptText(string Prompt, IReadOnlyList<string> Answers);
