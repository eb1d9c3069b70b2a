using System.Globalization;

namespace MobiZO.Data;

/// <summary>Decides what <see cref="DataOptions"/> leave open, by the rows and the model, and says what was seen.</summary>
internal static class DecidedData
{
    /// <summary>The options with nothing left open that rows and model decide.</summary>
    /// <param name="options">What the user said.</param>
    /// <param name="rows">The rows of a file; at least one.</param>
    /// <param name="hasChatTemplate">Whether the model has a chat template.</param>
    /// <param name="endText">The text of the model's end-of-sequence token; null: it has none.</param>
    /// <param name="isOneToken">Whether the model has a word as one token.</param>
    /// <param name="isOfRun">
    /// Whether a run brings the options along: what rows of this shape do not have is left aside then, since nobody asked for it.
    /// </param>
    /// <exception cref="DataException">The rows fit no shape, or more than one.</exception>
    /// <exception cref="FineTuneException">The options ask for what rows of this shape do not have.</exception>
    public static DataOptions Of(
        DataOptions options,
        IReadOnlyList<DataRow> rows,
        bool hasChatTemplate,
        string? endText,
        Func<string, bool>? isOneToken = null,
        bool isOfRun = false
    )
    {
        options = OwnWords.Decide(options, rows, isOneToken);
        RowShape shape = RowDrafts.ShapeOf(rows[0], options);
        if (shape == RowShape.Chat || (shape == RowShape.Choices && new OwnChoices(options).ReadTurns(rows[0]) is not null))
        {
            RequireNoSuffix(options, isOfRun);
            return options with { ChatTemplate = ChatTemplateUse.Always, AnswerSuffix = null };
        }

        if (shape != RowShape.Completion)
        {
            options = WithoutChat(options, shape, isOfRun);
            return shape == RowShape.Text ? options with { AnswerSuffix = options.AnswerSuffix ?? endText ?? "" } : options;
        }

        bool isWritten = options.Template is not null || !string.IsNullOrEmpty(options.AnswerSuffix);
        ChatTemplateUse use = options.ChatTemplate ?? (hasChatTemplate && !isWritten ? ChatTemplateUse.Always : ChatTemplateUse.Never);
        return options with
        {
            ChatTemplate = use,
            AnswerSuffix = options.AnswerSuffix ?? (use == ChatTemplateUse.Always ? null : endText ?? ""),
        };
    }

    /// <summary>One sentence about rows of free text; null for rows with label words.</summary>
    /// <param name="decided">The decided options.</param>
    /// <param name="rows">The rows as they were read; at least one.</param>
    /// <param name="examples">Examples that they make, or windows of documents.</param>
    public static string? Describe(DataOptions decided, IReadOnlyList<DataRow> rows, int examples)
    {
        DataRow first = rows[0];
        string many = string.Create(CultureInfo.InvariantCulture, $"{rows.Count}");
        string parts = string.Create(CultureInfo.InvariantCulture, $"{examples}");
        return RowDrafts.ShapeOf(first, decided) switch
        {
            RowShape.Chat => decided.Turns == AnswerTurns.All
                ? $"Rows: conversations; each of their {parts} answers is learned, with what was said before."
                : "Rows: conversations; the last answer of each is learned.",
            RowShape.Completion => $"Rows: {What(decided, first)}, {How(decided)}.",
            RowShape.Text when first.Origin.IsDocument =>
                $"Rows: {many} {(rows.Count == 1 ? "document" : "documents")}, in {parts} windows of at most {Longest(decided)} tokens; "
                    + "every token is learned.",
            RowShape.Text => "Rows: plain texts; every token is learned.",
            _ => null,
        };
    }

    private static void RequireNoSuffix(DataOptions options, bool isOfRun)
    {
        if (!isOfRun && !string.IsNullOrEmpty(options.AnswerSuffix))
        {
            throw new FineTuneException(
                $"DataOptions.AnswerSuffix is {DataException.Quote(options.AnswerSuffix)}, and the rows are conversations, whose answers "
                    + "end as the chat template ends them. Leave it out, or make it empty.",
                FineTuneFailure.Settings
            );
        }
    }

    private static DataOptions WithoutChat(DataOptions options, RowShape shape, bool isOfRun)
    {
        if (options.ChatTemplate == ChatTemplateUse.Always && !isOfRun)
        {
            string rows = shape switch
            {
                RowShape.Text => "plain texts, which have no prompt",
                RowShape.Choices => "prompts with choices that are texts, which are read as they are",
                _ => "prompts with label words, which are read as they are",
            };
            throw new FineTuneException(
                $"DataOptions.ChatTemplate is ChatTemplateUse.Always, and the rows are {rows}. Leave it out, or set it to "
                    + "ChatTemplateUse.Never.",
                FineTuneFailure.Settings
            );
        }

        return options.ChatTemplate == ChatTemplateUse.Always ? options with { ChatTemplate = null } : options;
    }

    private static string Longest(DataOptions options) => options.MaxLength.ToString(CultureInfo.InvariantCulture);

    private static string What(DataOptions options, DataRow row) =>
        options.Template is not null ? "prompts of the template, with answers"
        : Instructions.Are(row) && row.Find(options.PromptColumn) is null ? "instructions with outputs (Alpaca)"
        : "prompts with completions";

    private static string How(DataOptions options) =>
        options.ChatTemplate == ChatTemplateUse.Always ? "written by the model's chat template"
        : string.IsNullOrEmpty(options.AnswerSuffix) ? "read as they are"
        : $"read as they are, with {DataException.Quote(options.AnswerSuffix)} behind answers";
}
