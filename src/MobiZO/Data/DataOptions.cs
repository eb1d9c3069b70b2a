namespace MobiZO.Data;

/// <summary>How rows become examples: the format of the file, the prompt, the labels, lengths and samples.</summary>
public sealed record DataOptions
{
    /// <summary>Format of the file; null: by its extension.</summary>
    public DataFormat? Format { get; init; }

    /// <summary>
    /// Whether the first line of a CSV or TSV file names the columns. Without a header the columns are <see cref="Columns"/>, or column1,
    /// column2 and so on.
    /// </summary>
    public bool HasHeader { get; init; } = true;

    /// <summary>Column names of a CSV or TSV file; giving them says that it has no header. Null: from the header.</summary>
    public IReadOnlyList<string>? Columns { get; init; }

    /// <summary>What a row means; null: decided by the options and the columns of the first row.</summary>
    public RowShape? Shape { get; init; }

    /// <summary>Column of the text to classify or to learn.</summary>
    public string TextColumn { get; init; } = "text";

    /// <summary>Column of the label of a classification row.</summary>
    public string LabelColumn { get; init; } = "label";

    /// <summary>Column of the prompt of a completion row, when there is no template.</summary>
    public string PromptColumn { get; init; } = "prompt";

    /// <summary>Column of the answer of a completion row.</summary>
    public string CompletionColumn { get; init; } = "completion";

    /// <summary>
    /// Column of all right answers of a completion row, where there are several: a JSON array of texts. A metric takes the one that is
    /// nearest to what was written. Rows need not have it.
    /// </summary>
    public string CompletionsColumn { get; init; } = "completions";

    /// <summary>Column of the messages of a conversation.</summary>
    public string MessagesColumn { get; init; } = "messages";

    /// <summary>Column of a row's own choices: a JSON array of texts.</summary>
    public string ChoicesColumn { get; init; } = "choices";

    /// <summary>
    /// Column of the right one of a row's own choices: its text, or its number from 0. Rows without it may say it in <see
    /// cref="LabelColumn"/>.
    /// </summary>
    public string AnswerColumn { get; init; } = "answer";

    /// <summary>Column of the better of two answers: a text, or messages.</summary>
    public string ChosenColumn { get; init; } = "chosen";

    /// <summary>Column of the worse of two answers: a text, or messages.</summary>
    public string RejectedColumn { get; init; } = "rejected";

    /// <summary>
    /// How choices of several tokens are scored; null: label words as <see cref="ChoiceScoring.Branches"/>, choices of a row's own as
    /// <see cref="ChoiceScoring.Mean"/>.
    /// </summary>
    public ChoiceScoring? Scoring { get; init; }

    /// <summary>
    /// Columns that hold rows of their own, a JSON array each, from the outside in: every element is a row, with the columns around it and
    /// its keys behind the name of the column and a dot. A row without the column is one row. Null: none.
    /// </summary>
    public IReadOnlyList<string>? RowsIn { get; init; }

    /// <summary>
    /// Fields that are written from the columns of a row and stand beside them, for the template and the other options; null: none.
    /// </summary>
    public IReadOnlyList<RowField>? Fields { get; init; }

    /// <summary>
    /// The prompt with <c>{column}</c> fields (see <see cref="PromptTemplate"/>); null: the text or prompt column as it is.
    /// </summary>
    public string? Template { get; init; }

    /// <summary>
    /// Whether surrounding space is removed from fields before they enter the template. Completions and plain texts are never touched.
    /// </summary>
    public bool TrimFields { get; init; } = true;

    /// <summary>
    /// Words of a classification in label order, leading space included (" no", " yes"). An integer label 0..n-1 is a position in this
    /// list; any other label must equal a choice, surrounding space aside. Either this or <see cref="LabelWords"/>.
    /// </summary>
    public IReadOnlyList<string>? Choices { get; init; }

    /// <summary>
    /// Words of a classification by label; the distinct words, in order, are the choices. Either this or <see cref="Choices"/>. Where rows
    /// have a label and nothing is said, a label is its own word: a space before it, and spaces for underscores; with
    /// <see cref="LabelWord.Letters"/> a letter.
    /// </summary>
    public IReadOnlyList<LabelWord>? LabelWords { get; init; }

    /// <summary>
    /// A file with <see cref="LabelWords"/> (<see cref="LabelWord.ReadFile"/>), which a run reads once and keeps; null: none.
    /// </summary>
    public string? LabelWordsFile { get; init; }

    /// <summary>
    /// Text put after each free answer; null: the end-of-sequence token of the model, so that it learns to stop (nothing where rows are
    /// encoded without a model). What the model writes ends there too, where it is compared, scored or shown. Chat templates bring their
    /// own: for conversations another is refused.
    /// </summary>
    public string? AnswerSuffix { get; init; }

    /// <summary>
    /// Whether rows of prompt and completion are written by the model's chat template; null: when it has one, and neither
    /// <see cref="Template"/> nor <see cref="AnswerSuffix"/> writes them in another way. Conversations always are; for rows that never are
    /// (label words, choices that are texts, plain texts) <see cref="ChatTemplateUse.Always"/> is refused.
    /// </summary>
    public ChatTemplateUse? ChatTemplate { get; init; }

    /// <summary>
    /// The date that the model's chat template writes, where it asks for one (<c>strftime_now</c>; the time is midnight); null: today. A
    /// run keeps the date of its start, so that its prompts stay the same.
    /// </summary>
    public DateOnly? ChatDate { get; init; }

    /// <summary>Which messages of a conversation are learned.</summary>
    public AnswerTurns Turns { get; init; }

    /// <summary>Longest example in tokens, the longest answer included.</summary>
    public int MaxLength { get; init; } = 512;

    /// <summary>Where the longest field of a prompt is cut when the example is too long.</summary>
    public Truncation Truncation { get; init; } = Truncation.Middle;

    /// <summary>
    /// Most rows to use; null: all. They are drawn by <see cref="Seed"/>; without <see cref="Balanced"/> labels keep their shares.
    /// </summary>
    public int? MaxRows { get; init; }

    /// <summary>
    /// Whether a sample of <see cref="MaxRows"/> is the first rows of the file (with <see cref="Balanced"/> of each label) instead of rows
    /// that are drawn by <see cref="Seed"/>. A few-shot sample is always drawn.
    /// </summary>
    public bool FirstRows { get; init; }

    /// <summary>
    /// k: training rows of every label, drawn by <see cref="Seed"/>; null: no few-shot sample. Evaluation rows are chosen as without it.
    /// </summary>
    public int? FewShot { get; init; }

    /// <summary>Share of the rows held out for evaluation, 0 (none) to below 1.</summary>
    public double EvalFraction { get; init; }

    /// <summary>
    /// Whether every label gives the same number of rows, chosen by <see cref="Seed"/>. In a run these are the training rows; see
    /// <see cref="EvalBalanced"/>.
    /// </summary>
    public bool Balanced { get; init; }

    /// <summary>
    /// Whether every label gives the same number of evaluation rows of a run. Without it they keep the shares of their file, so that
    /// accuracy is that on the file.
    /// </summary>
    public bool EvalBalanced { get; init; }

    /// <summary>Seed of samples and splits.</summary>
    public ulong Seed { get; init; } = 42;

    /// <summary>Number of last prompt tokens that carry the adapter in scope "activated".</summary>
    public int InvocationTokens { get; init; } = 1;

    /// <summary>
    /// Text in the prompt from which on its tokens carry the adapter in scope "activated"; its last occurrence counts. Null:
    /// <see cref="InvocationTokens"/> says how many do.
    /// </summary>
    public string? InvocationText { get; init; }

    /// <summary>Finds the errors in these options.</summary>
    /// <returns>One text for each; empty when the options are sound.</returns>
    public IReadOnlyList<string> Validate() => DataOptionsValidation.Errors(this);

    /// <summary>Checks the options.</summary>
    /// <exception cref="DataException">They have errors; the message lists every one.</exception>
    public void ThrowIfInvalid()
    {
        IReadOnlyList<string> errors = Validate();
        if (errors.Count > 0)
        {
            throw new DataException("Data options: " + string.Join(" ", errors));
        }
    }
}
