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
    /// <exception cref="DataException">The rows fit no shape, or more than one.</exception>
    public static DataOptions Of(
        DataOptions options,
        IReadOnlyList<DataRow> rows,
        bool hasChatTemplate,
        string? endText,
        Func<string, bool>? isOneToken = null
    )
    {
        options = OwnWords.Decide(options, rows, isOneToken);
        RowShape shape = RowDrafts.ShapeOf(rows[0], options);
        if (shape == RowShape.Text)
        {
            return options with { AnswerSuffix = options.AnswerSuffix ?? endText ?? "" };
        }

        if (shape == RowShape.Chat && string.IsNullOrEmpty(options.AnswerSuffix))
        {
            return options with { ChatTemplate = options.ChatTemplate ?? ChatTemplateUse.Always };
        }

        if (shape != RowShape.Completion)
        {
            return options;
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
