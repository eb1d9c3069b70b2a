using MobiZO.Text.ChatTemplates;

namespace MobiZO.Data;

/// <summary>
/// Writes conversations as prompts and answers. What is learned of a message is the part that the chat template marks by
/// <c>generation</c> tags, where it has such tags; else what it adds to the conversation before when the message is there.
/// </summary>
/// <param name="renderChat">The model's chat template; null: it has none.</param>
/// <param name="renderSpans">The same with the marked parts; null: none are known.</param>
internal sealed class ConversationDrafts(ChatRenderer? renderChat, Func<IReadOnlyList<ChatTurn>, RenderedChat>? renderSpans)
{
    /// <summary>The prompts and answers of a conversation.</summary>
    /// <param name="row">The row.</param>
    /// <param name="messagesColumn">Column of the messages, for errors.</param>
    /// <param name="which">Which messages are learned.</param>
    /// <returns>At least one.</returns>
    /// <exception cref="DataException">There is nothing to learn, or the chat template does not fit the conversation.</exception>
    public IEnumerable<PromptDraft> Of(DataRow row, string messagesColumn, AnswerTurns which)
    {
        RequireTemplate(row, "a conversation");
        if (ToolsOf(row) is { } tools)
        {
            throw new DataException(
                row.Place,
                $"the tools {tools}",
                "a conversation without tools",
                "Tools are not supported: write them into the messages the way the model should see them, or remove them."
            );
        }

        IReadOnlyList<ChatTurn> turns =
            row.Turns
            ?? throw new DataException(
                row.Place,
                $"{DataException.Quote(row[messagesColumn])} in the column {DataException.Quote(messagesColumn)}",
                "a JSON array of messages",
                "Name the column of the messages (MessagesColumn)."
            );
        int[] answers =
            which == AnswerTurns.All
                ? [.. Enumerable.Range(1, Math.Max(0, turns.Count - 1)).Where(turn => turns[turn].Role == "assistant")]
                : [turns.Count - 1];
        if (answers.Length == 0 || answers[0] < 1 || turns[answers[^1]].Role != "assistant")
        {
            throw NoAnswer(row, turns, which);
        }

        return answers.Select(answer => Draft(row, turns, answer));
    }

    /// <summary>A prompt as the message of a user, with the answer of the assistant.</summary>
    /// <param name="row">The row.</param>
    /// <param name="prompt">The prompt, with fields that may be cut.</param>
    /// <param name="answer">The answer; surrounding space is left out.</param>
    /// <exception cref="DataException">The model has no chat template, or it does not fit.</exception>
    public PromptDraft OfPrompt(DataRow row, PromptDraft prompt, string answer)
    {
        RequireTemplate(row, "ChatTemplate Always");
        return prompt with
        {
            Render = fields => Write(row, [new ChatTurn("user", prompt.Render(fields).Prompt)], new ChatTurn("assistant", answer.Trim())),
            AddSpecialTokens = false,
        };
    }

    /// <summary>A conversation with two last messages: the chosen one, then the rejected one.</summary>
    /// <exception cref="DataException">The model has no chat template, or it does not fit.</exception>
    public PromptDraft OfTwo(DataRow row, IReadOnlyList<ChatTurn> before, ChatTurn chosen, ChatTurn rejected)
    {
        RequireTemplate(row, "a conversation");
        return new PromptDraft([.. before.Select(turn => turn.Content)], Render, AddSpecialTokens: false, Right: 0);

        PromptText Render(IReadOnlyList<string> fields)
        {
            List<ChatTurn> turns = [.. fields.Select((content, i) => before[i] with { Content = content })];
            var (better, worse) = (Write(row, turns, chosen), Write(row, turns, rejected));
            return better with { Answers = [better.Answers[0], worse.Answers[0]] };
        }
    }

    /// <summary>What a row says of tools, for a message; null: it has none.</summary>
    private static string? ToolsOf(DataRow row) =>
        row.Find(ChatMessages.Tools)?.Trim() is { } text ? (text is "" or "[]" ? null : DataException.Quote(text))
        : row.Origin.OtherColumns.TryGetValue(ChatMessages.Tools, out string? kind) ? $"in {kind}"
        : null;

    private void RequireTemplate(DataRow row, string found)
    {
        if (renderChat is null)
        {
            throw new DataException(
                row.Place,
                found,
                "a model with a chat template",
                "Use a model that has one, or turn the rows into prompt and completion."
            );
        }
    }

    private static DataException NoAnswer(DataRow row, IReadOnlyList<ChatTurn> turns, AnswerTurns which)
    {
        string found =
            turns.Count == 0 ? "no messages"
            : turns.Count == 1 && turns[0].Role == "assistant" ? "an answer without a message before it"
            : which == AnswerTurns.All ? "a conversation without an answer"
            : $"a conversation whose last message is by {DataException.Quote(turns[^1].Role)}";
        return new DataException(
            row.Place,
            found,
            which == AnswerTurns.All
                ? "messages with at least one by 'assistant' behind another, the answer"
                : "messages that end with one by 'assistant', the answer",
            "Add the answer, or remove the row."
        );
    }

    private PromptDraft Draft(DataRow row, IReadOnlyList<ChatTurn> turns, int answer) =>
        new(
            [.. turns.Take(answer).Select(turn => turn.Content)],
            fields => Write(row, [.. fields.Select((content, i) => turns[i] with { Content = content })], turns[answer]),
            AddSpecialTokens: false
        );

    private PromptText Write(DataRow row, List<ChatTurn> before, ChatTurn answer) =>
        WriteMarked(row, before, answer) ?? WriteAdded(row, before, answer);

    /// <summary>By the marks of the template; null when it has none.</summary>
    private PromptText? WriteMarked(DataRow row, List<ChatTurn> before, ChatTurn answer)
    {
        if (renderSpans is null)
        {
            return null;
        }

        RenderedChat whole = Guard(row, () => renderSpans([.. before, answer]));
        if (whole.GenerationSpans.Count == 0)
        {
            return null;
        }

        int marked = before.Count(turn => turn.Role == "assistant");
        if (whole.GenerationSpans.Count != marked + 1)
        {
            throw new DataException(
                row.Place,
                FormattableString.Invariant($"{whole.GenerationSpans.Count} parts that the chat template marks as generated"),
                FormattableString.Invariant($"one for each of the {marked + 1} messages by 'assistant'"),
                "Turn the rows into prompt and completion, written the way the model should see them."
            );
        }

        (int start, int length) = whole.GenerationSpans[^1].GetOffsetAndLength(whole.Text.Length);
        return new PromptText(whole.Text[..start], [whole.Text.Substring(start, length).TrimEnd()]);
    }

    /// <summary>By what stands behind the conversation before.</summary>
    private PromptText WriteAdded(DataRow row, List<ChatTurn> before, ChatTurn answer)
    {
        string prompt = Guard(row, () => renderChat!(before, addGenerationPrompt: true));
        string whole = Guard(row, () => renderChat!([.. before, answer], addGenerationPrompt: false));
        if (!whole.StartsWith(prompt, StringComparison.Ordinal))
        {
            prompt = Header(row, before, answer, prompt, whole);
        }

        // Templates end a turn with a newline after the end-of-turn token; the model stops at that token and never has to answer the
        // newline.
        return new PromptText(prompt, [whole[prompt.Length..].TrimEnd()]);
    }

    /// <summary>
    /// What stands before the answer where the prompt says more than that: some templates let the model begin by thinking, and write
    /// answers without their thoughts.
    /// </summary>
    private string Header(DataRow row, List<ChatTurn> before, ChatTurn answer, string prompt, string whole)
    {
        const string Marker = "THE_ANSWER_STARTS_HERE";
        string marked = Guard(row, () => renderChat!([.. before, answer with { Content = Marker }], addGenerationPrompt: false));
        int length = marked.LastIndexOf(Marker, StringComparison.Ordinal);
        return length >= 0 && prompt.AsSpan().StartsWith(marked.AsSpan(0, length)) && whole.AsSpan().StartsWith(marked.AsSpan(0, length))
            ? marked[..length]
            : throw new DataException(
                row.Place,
                "a conversation that the chat template writes differently with and without its answer",
                "a text that begins with the prompt",
                "Turn the rows into prompt and completion, written the way the model should see them."
            );
    }

    private static T Guard<T>(DataRow row, Func<T> write)
    {
        try
        {
            return write();
        }
        catch (ChatTemplateException error)
        {
            throw new DataException(
                row.Place,
                $"a conversation that the chat template refuses: {error.Message}",
                "messages that it can write",
                "Change the messages (the text of a system message can begin the first message of the user), or remove the row."
            );
        }
    }
}
