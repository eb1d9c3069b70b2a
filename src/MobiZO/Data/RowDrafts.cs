namespace MobiZO.Data;

/// <summary>Turns rows into prompts and answers, by their shape.</summary>
internal sealed class RowDrafts
{
    private readonly DataOptions _options;
    private readonly PromptTemplate? _template;
    private readonly LabelMap? _labels;
    private readonly OwnChoices _own;
    private readonly ConversationDrafts _conversations;

    public RowDrafts(DataOptions options, LabelMap? labels, ConversationDrafts conversations)
    {
        _options = options;
        _own = new OwnChoices(options);
        _labels = labels;
        _conversations = conversations;
        _template = options.Template is null ? null : PromptTemplate.Parse(options.Template);
    }

    /// <summary>Decides the shape of a file by the options and its first row. What could mean two things is an error.</summary>
    /// <exception cref="DataException">The columns fit no shape, or more than one.</exception>
    public static RowShape ShapeOf(DataRow row, DataOptions options)
    {
        if (options.Shape is { } shape)
        {
            return shape;
        }

        if (options.Choices is not null || options.LabelWords is not null)
        {
            return RowShape.Classification;
        }

        bool hasOwn = new OwnChoices(options).AreIn(row);
        if (options.Template is not null)
        {
            return hasOwn ? RowShape.Choices : RowShape.Completion;
        }

        // Alpaca writes the whole prompt into a column of text as well.
        bool hasText = row.Find(options.TextColumn) is not null && !Instructions.Are(row);
        if (hasText && row.Find(options.LabelColumn) is not null && !hasOwn)
        {
            throw new DataException(
                row.Place,
                $"a label column {DataException.Quote(options.LabelColumn)} beside {DataException.Quote(options.TextColumn)}, "
                    + "and no words for the labels",
                "Choices or LabelWords",
                "Give the words that answer for the labels (for example ' no' and ' yes'), "
                    + "or use DataOptions.Shape = Text to learn the texts alone."
            );
        }

        RowShape[] shapes =
        [
            .. row.Turns is not null || row.Origin.OtherColumns.ContainsKey(options.MessagesColumn)
                ? [RowShape.Chat]
                : Array.Empty<RowShape>(),
            .. HasPrompt(row, options) || Instructions.Are(row) ? [RowShape.Completion] : Array.Empty<RowShape>(),
            .. hasOwn ? [RowShape.Choices] : Array.Empty<RowShape>(),
            .. hasText && !hasOwn ? [RowShape.Text] : Array.Empty<RowShape>(),
        ];
        return shapes.Length == 1 ? shapes[0] : throw NoShape(row, options, shapes);
    }

    /// <summary>The prompts and answers of a row; not for plain text, which has no prompt.</summary>
    /// <returns>One, but for conversations of which every answer is learned.</returns>
    public IEnumerable<PromptDraft> Create(DataRow row, RowShape shape) =>
        shape switch
        {
            RowShape.Classification => [Templated(row, _options.TextColumn, _labels!.Words)],
            RowShape.Completion => [Completion(row)],
            RowShape.Chat => _conversations.Of(row, _options.MessagesColumn, _options.Turns),
            RowShape.Choices => [Choosing(row)],
            _ => throw new ArgumentOutOfRangeException(nameof(shape), shape, "Plain text has no prompt."),
        };

    private static bool HasPrompt(DataRow row, DataOptions options) =>
        row.Find(options.PromptColumn) is not null && row.Find(options.CompletionColumn) is not null;

    private static DataException NoShape(DataRow row, DataOptions options, RowShape[] shapes)
    {
        string text = DataException.Quote(options.TextColumn);
        string fitting =
            $"{text} with {DataException.Quote(options.LabelColumn)}, "
            + $"{DataException.Quote(options.PromptColumn)} with {DataException.Quote(options.CompletionColumn)}, "
            + $"{DataException.Quote(Instructions.InstructionColumn)} with {DataException.Quote(Instructions.OutputColumn)}, "
            + $"{DataException.Quote(options.MessagesColumn)} (a list of messages), {DataException.Quote(options.PromptColumn)} with "
            + $"{DataException.Quote(options.ChoicesColumn)} and {DataException.Quote(options.AnswerColumn)} or with "
            + $"{DataException.Quote(options.ChosenColumn)} and {DataException.Quote(options.RejectedColumn)}, or {text} alone";
        return new DataException(
            row.Place,
            $"{row.DescribeColumns()}, which fit {(shapes.Length == 0 ? "no shape of row" : string.Join(" and ", shapes))}",
            fitting,
            row.Advise("Name the columns or the shape in the options.")
        );
    }

    private PromptDraft Completion(DataRow row)
    {
        bool isChat = _options.ChatTemplate == ChatTemplateUse.Always;
        if (_template is null && Instructions.Are(row) && !HasPrompt(row, _options))
        {
            return isChat
                ? _conversations.OfPrompt(row, Instructions.Message(row), row[Instructions.OutputColumn])
                : Instructions.Plain(row, _options.AnswerSuffix);
        }

        string answer =
            row.Find(_options.CompletionColumn) is null && Instructions.Are(row)
                ? row[Instructions.OutputColumn]
                : row[_options.CompletionColumn];
        PromptDraft plain = Templated(row, _options.PromptColumn, [answer + _options.AnswerSuffix]);
        return isChat ? _conversations.OfPrompt(row, plain, answer) : plain;
    }

    private PromptDraft Choosing(DataRow row)
    {
        if (_own.ReadTurns(row) is { } turns)
        {
            return _conversations.OfTwo(row, turns.Before, turns.Chosen, turns.Rejected);
        }

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
}
