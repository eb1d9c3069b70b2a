namespace MobiZO.Data;

/// <summary>The date that chat templates may write: fixed where the rows are read, so that later prompts are those of the run.</summary>
internal static class ChatDate
{
    // Templates ask for the date by this function, as those of the transformers library do.
    private const string Function = "strftime_now";

    /// <summary>The date of this machine's clock.</summary>
    public static DateOnly Today => DateOnly.FromDateTime(TimeProvider.System.GetLocalNow().DateTime);

    /// <summary>The options with the date of today, where rows are written by a chat template that asks for it and none is given.</summary>
    /// <param name="options">What was decided of the rows.</param>
    /// <param name="rows">The rows; at least one.</param>
    /// <param name="template">The model's chat template; null: it has none.</param>
    /// <exception cref="DataException">The rows fit no shape, or more than one.</exception>
    public static DataOptions Decide(DataOptions options, IReadOnlyList<DataRow> rows, string? template) =>
        options.ChatDate is null && template?.Contains(Function, StringComparison.Ordinal) == true && AreWritten(options, rows)
            ? options with
            {
                ChatDate = Today,
            }
            : options;

    private static bool AreWritten(DataOptions options, IReadOnlyList<DataRow> rows) =>
        RowDrafts.ShapeOf(rows[0], options) switch
        {
            RowShape.Chat => true,
            RowShape.Completion => options.ChatTemplate == ChatTemplateUse.Always,
            RowShape.Choices => new OwnChoices(options) is var own && rows.Any(row => own.ReadTurns(row) is not null),
            _ => false,
        };
}
