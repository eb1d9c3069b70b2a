using MobiZO.Programs.Feeding;

namespace MobiZO.Data;

/// <summary>
/// A row as token ids: what the model reads and what it should answer. The model sees <see cref="PromptIds"/> followed by one answer.
/// </summary>
internal sealed record EncodedExample
{
    /// <summary>Line of the row in its file, counted from 1.</summary>
    public required int LineNumber { get; init; }

    /// <summary>Where the row stands, for messages.</summary>
    public DataPlace Place { get; init; }

    /// <summary>Number of the row among those that were encoded with it; the answers of one conversation share it.</summary>
    public int Row { get; init; }

    /// <summary>The tokens before the answer; at least one.</summary>
    public required int[] PromptIds { get; init; }

    /// <summary>The tokens of the right answer; at least one.</summary>
    public required int[] AnswerIds { get; init; }

    /// <summary>The tokens of every choice after the prompt, in label order, each at least one; empty for free answers.</summary>
    public int[][] ChoiceIds { get; init; } = [];

    /// <summary>The choices as one tree; null: they are scored one by one, or are single tokens, or answers are free.</summary>
    public ChoiceTree? Tree { get; init; }

    /// <summary>What a token of each choice weighs in its score; null: the score is the mean over its tokens.</summary>
    public IReadOnlyList<float>? TokenWeights { get; init; }

    /// <summary>The texts of choices that are the row's own; empty for label words and free answers.</summary>
    public IReadOnlyList<string> OwnChoices { get; init; } = [];

    /// <summary>Texts that are right as well, for metrics of what is written; empty: the row has none.</summary>
    public IReadOnlyList<string> OtherAnswers { get; init; } = [];

    /// <summary>The text behind the answer, which ends what the model writes too; null: a token of the model ends it.</summary>
    public string? AnswerEnd { get; init; }

    /// <summary>Position of the right choice in <see cref="ChoiceIds"/>, or null for free answers.</summary>
    public int? Label { get; init; }

    /// <summary>Position in <see cref="PromptIds"/> of the first token that carries the adapter in scope "activated".</summary>
    public required int InvocationStart { get; init; }

    /// <summary>The only field of the template, or the whole prompt; null for free answers, whose texts nobody asks for.</summary>
    public string? Text { get; init; }

    /// <summary>Whether the prompt (or a plain text) was cut to fit.</summary>
    public required bool WasTruncated { get; init; }

    /// <summary>What a person would call the prompt: of a conversation the last message before the answer; null for plain text.</summary>
    public string? Question { get; init; }

    /// <summary>Tokens of the prompt and the longest answer together.</summary>
    public int Length => PromptIds.Length + (ChoiceIds.Length == 0 ? AnswerIds.Length : ChoiceIds.Max(choice => choice.Length));
}
