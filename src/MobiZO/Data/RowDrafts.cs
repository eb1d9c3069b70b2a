using MobiZO.Text.ChatTemplates;

namespace MobiZO.Data;

/// <summary>Turns rows into prompts and answers, by their shape.</summary>
internal sealed class RowDrafts
{
    private readonly DataOptions _options;
    private readonly PromptTemplate? _template;
    private readonly LabelMap? _labels;
    private readonly ChatRenderer? _renderChat;
    private readonly OwnChoices _own;

    public RowDrafts(DataOptions options, LabelMap? labels, ChatRenderer? renderChat)
    {
        _options = options;
        _own = new OwnChoices(options);
        _labels = labels;
        _renderChat = renderChat;
        _template = options.Template is null ? null : PromptTemplate.Parse(options.Template);
    }

    /// <summary>Decides the shape of a file by the options and its first row. What could mean two things is an error.</summary>
    /// <exception cref="DataException">The columns fit no shape, or more than one.</exception>
    public RowShape ShapeOf(DataRow row)
    {
        if (_options.Shape is { } shape)
        {
            return shape;
        }

        if (_labels is not null)
        {
            return RowShape.Classification;
        }

        if (_template is not null)
        {
            return _own.AreIn(row) ? RowShape.Choices : RowShape.Completion;
        }

        bool hasText = row.Find(_options.TextColumn) is not null;
        if (hasText && row.Find(_options.LabelColumn) is not null && !_own.AreIn(row))
        {
            throw new DataException(
                row.Place,
                $"a label column {DataException.Quote(_options.LabelColumn)} beside {DataException.Quote(_options.TextColumn)}, "
                    + "and no words for the labels",
                "Choices or LabelWords",
                "Give the words that answer for the labels (for example ' no' and ' yes'), "
                    + "or use DataOptions.Shape = Text to learn the texts alone."
            );
        }

        RowShape[] shapes =
        [
            .. row.Turns is not null || row.Origin.OtherColumns.ContainsKey(_options.MessagesColumn)
                ? [RowShape.Chat]
                : Array.Empty<RowShape>(),
            .. row.Find(_options.PromptColumn) is not null && row.Find(_options.CompletionColumn) is not null
                ? [RowShape.Completion]
                : Array.Empty<RowShape>(),
            .. _own.AreIn(row) ? [RowShape.Choices] : Array.Empty<RowShape>(),
            .. hasText && !_own.AreIn(row) ? [RowShape.Text] : Array.Empty<RowShape>(),
        ];
        if (shapes.Length == 1)
        {
            return shapes[0];
        }

        string text = DataException.Quote(_options.TextColumn);
        string fitting =
            $"{text} with {DataException.Quote(_options.LabelColumn)} and Choices, "
            + $"{DataException.Quote(_options.PromptColumn)} with {DataException.Quote(_options.CompletionColumn)}, "
            + $"{DataException.Quote(_options.MessagesColumn)}, {DataException.Quote(_options.PromptColumn)} with "
            + $"{DataException.Quote(_options.ChoicesColumn)} and {DataException.Quote(_options.AnswerColumn)} or with "
            + $"{DataException.Quote(_options.ChosenColumn)} and {DataException.Quote(_options.RejectedColumn)}, or {text} alone";
        throw new DataException(
            row.Place,
            $"{row.DescribeColumns()}, which fit {(shapes.Length == 0 ? "no shape of row" : string.Join(" and ", shapes))}",
            fitting,
            row.Advise("Name the columns or the shape in the options.")
        );
    }

    /// <summary>The prompt and answers of a row; not for plain text, which has no prompt.</summary>
    public PromptDraft Create(DataRow row, RowShape shape) =>
        shape switch
        {
            RowShape.Classification => Templated(row, _options.TextColumn, _labels!.Words),
            RowShape.Completion => Templated(row, _options.PromptColumn, [row[_options.CompletionColumn] + _options.AnswerSuffix]),
            RowShape.Chat => Conversation(row),
            RowShape.Choices => Choosing(row),
            _ => throw new ArgumentOutOfRangeException(nameof(shape), shape, "Plain text has no prompt."),
        };

    private PromptDraft Choosing(DataRow row)
    {
        if (_own.ReadTurns(row) is not { } turns)
        {
            var (answers, right) = _own.Read(row);
            var areListed = row.Find(_options.ChoicesColumn) is not null;
            var draft = Templated(row, PromptOf(row), [.. answers.Select(answer => answer + _options.AnswerSuffix)]);
            return draft with
            {
                Right = right,
                Render = fields =>
                    draft.Render(fields) is var text && areListed
                        ? text with
                        {
                            Answers = [.. text.Answers.Select(answer => OwnChoices.Joined(text.Prompt, answer))],
                        }
                        : text,
            };
        }

        RequireChat(row);
        string[] contents = [.. turns.Before.Select(turn => turn.Content)];
        return new PromptDraft(contents, Render, AddSpecialTokens: false, Right: 0);

        PromptText Render(IReadOnlyList<string> fields)
        {
            List<ChatTurn> before = [.. fields.Select((content, i) => turns.Before[i] with { Content = content })];
            var (chosen, rejected) = (RenderTurns(row, before, turns.Chosen), RenderTurns(row, before, turns.Rejected));
            return chosen with { Answers = [chosen.Answers[0], rejected.Answers[0]] };
        }
    }

    private string PromptOf(DataRow row) =>
        row.Find(_options.PromptColumn) is null && row.Find(_options.TextColumn) is not null ? _options.TextColumn : _options.PromptColumn;

    private PromptDraft Templated(DataRow row, string wholeColumn, IReadOnlyList<string> answers)
    {
        if (_template is null)
        {
            return new PromptDraft([row[wholeColumn]], fields => new PromptText(fields[0], answers));
        }

        string[] values = [.. _template.Fields.Select(field => _options.TrimFields ? row[field].Trim() : row[field])];
        return new PromptDraft(values, fields => new PromptText(_template.Render(fields), answers));
    }

    private PromptDraft Conversation(DataRow row)
    {
        RequireChat(row);
        if (row.Find("tools") is { } tools && tools != "[]")
        {
            throw new DataException(
                row.Place,
                $"the tools {DataException.Quote(tools)}",
                "a conversation without tools",
                "Tools are not supported: write them into the messages the way the model should see them, or remove them."
            );
        }

        IReadOnlyList<ChatTurn> turns =
            row.Turns
            ?? throw new DataException(
                row.Place,
                $"{DataException.Quote(row[_options.MessagesColumn])} in the column {DataException.Quote(_options.MessagesColumn)}",
                "a JSON array of messages",
                "Name the column of the messages (MessagesColumn)."
            );
        if (turns.Count < 2 || turns[^1].Role != "assistant")
        {
            string found =
                turns.Count == 0 ? "no messages" : $"a conversation whose last message is by {DataException.Quote(turns[^1].Role)}";
            found = turns.Count == 1 && turns[0].Role == "assistant" ? "an answer without a message before it" : found;
            throw new DataException(
                row.Place,
                found,
                "messages that end with one by 'assistant', the answer",
                "Add the answer, or remove the row."
            );
        }

        string[] contents = [.. turns.SkipLast(1).Select(turn => turn.Content)];
        return new PromptDraft(contents, Render, AddSpecialTokens: false);

        PromptText Render(IReadOnlyList<string> fields) =>
            RenderTurns(row, [.. fields.Select((content, i) => turns[i] with { Content = content })], turns[^1]);
    }

    private void RequireChat(DataRow row)
    {
        if (_renderChat is null)
        {
            throw new DataException(
                row.Place,
                "a conversation",
                "a model with a chat template",
                "Use a model that has one, or turn the rows into prompt and completion."
            );
        }
    }

    private PromptText RenderTurns(DataRow row, List<ChatTurn> before, ChatTurn answer)
    {
        string prompt = Write(row, before, addGenerationPrompt: true);
        string whole = Write(row, [.. before, answer], addGenerationPrompt: false);
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
        string marked = Write(row, [.. before, answer with { Content = Marker }], addGenerationPrompt: false);
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

    private string Write(DataRow row, List<ChatTurn> turns, bool addGenerationPrompt)
    {
        try
        {
            return _renderChat!(turns, addGenerationPrompt);
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
