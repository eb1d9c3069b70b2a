using MobiZO.Data;

namespace MobiZO.Cli.Options;

/// <summary>The options of <see cref="DataOptions"/>, shared by every command that reads rows.</summary>
internal static class DataOptionGroup
{
    /// <summary>Form of the file and choice of the rows.</summary>
    /// <param name="balanced">What "--balanced" does.</param>
    public static OptionGroup<DataOptions> Rows(string balanced)
    {
        var group = new OptionGroup<DataOptions>("Data", new DataOptions());
        group.Add(
            "--format",
            "Form of the files (by default, their extension).",
            OptionValue.OneOf<DataFormat>(
                ("jsonl", DataFormat.JsonLines),
                ("json", DataFormat.Json),
                ("csv", DataFormat.Csv),
                ("tsv", DataFormat.Tsv),
                ("parquet", DataFormat.Parquet),
                ("text", DataFormat.Text)
            ),
            nameof(DataOptions.Format),
            data => data.Format,
            (data, value) => data with { Format = value }
        );
        group.AddFlag(
            "--no-header",
            "The first line of a CSV or TSV file is a row.",
            nameof(DataOptions.HasHeader),
            data => data.HasHeader,
            (data, value) => data with { HasHeader = value },
            whenGiven: false
        );
        group.Add(
            "--columns",
            "Column names of a file without a header.",
            OptionValue.Words("name,..."),
            nameof(DataOptions.Columns),
            data => data.Columns,
            (data, value) => data with { Columns = value }
        );
        group.Add(
            "--shape",
            "What a row means (by default, decided by the options and columns).",
            OptionValue.Enumeration<RowShape>(),
            nameof(DataOptions.Shape),
            data => data.Shape,
            (data, value) => data with { Shape = value }
        );
        group.Add(
            "--text-column",
            "Column of the text.",
            OptionValue.Text("name"),
            nameof(DataOptions.TextColumn),
            data => data.TextColumn,
            (data, value) => data with { TextColumn = value }
        );
        group.Add(
            "--label-column",
            "Column of the label.",
            OptionValue.Text("name"),
            nameof(DataOptions.LabelColumn),
            data => data.LabelColumn,
            (data, value) => data with { LabelColumn = value }
        );
        group.Add(
            "--prompt-column",
            "Column of the prompt of a free answer.",
            OptionValue.Text("name"),
            nameof(DataOptions.PromptColumn),
            data => data.PromptColumn,
            (data, value) => data with { PromptColumn = value }
        );
        group.Add(
            "--completion-column",
            "Column of the free answer.",
            OptionValue.Text("name"),
            nameof(DataOptions.CompletionColumn),
            data => data.CompletionColumn,
            (data, value) => data with { CompletionColumn = value }
        );
        group.Add(
            "--completions-column",
            "Column of all right answers, a JSON array of texts, for --metric.",
            OptionValue.Text("name"),
            nameof(DataOptions.CompletionsColumn),
            data => data.CompletionsColumn,
            (data, value) => data with { CompletionsColumn = value }
        );
        group.Add(
            "--messages-column",
            "Column of the messages of a conversation.",
            OptionValue.Text("name"),
            nameof(DataOptions.MessagesColumn),
            data => data.MessagesColumn,
            (data, value) => data with { MessagesColumn = value }
        );
        AddOwnChoices(group);
        AddFields(group);
        AddSamples(group, balanced);
        return group;
    }

    /// <summary>Which rows of a file are used.</summary>
    private static void AddSamples(OptionGroup<DataOptions> group, string balanced)
    {
        group.Add(
            "--max-rows",
            "Most rows to use, drawn by the seed (by default, all).",
            OptionValue.Count,
            nameof(DataOptions.MaxRows),
            data => data.MaxRows,
            (data, value) => data with { MaxRows = value }
        );
        group.AddFlag(
            "--balanced",
            balanced,
            nameof(DataOptions.Balanced),
            data => data.Balanced,
            (data, value) => data with { Balanced = value }
        );
        group.AddFlag(
            "--first-rows",
            "A sample is the first rows of the file instead of rows drawn by the seed.",
            nameof(DataOptions.FirstRows),
            data => data.FirstRows,
            (data, value) => data with { FirstRows = value }
        );
    }

    /// <summary>Fields from the columns of other layouts.</summary>
    private static void AddFields(OptionGroup<DataOptions> group)
    {
        group.Add(
            "--fields",
            "Fields written from columns: \"premise={premise|sentence1}\" takes the first that is there; docs/tasks.md says more.",
            OptionValue.Fields,
            nameof(DataOptions.Fields),
            data => data.Fields,
            (data, value) => data with { Fields = value }
        );
        group.Add(
            "--rows-in",
            "Columns that hold rows of their own as JSON arrays, from the outside in.",
            OptionValue.Words("name,..."),
            nameof(DataOptions.RowsIn),
            data => data.RowsIn,
            (data, value) => data with { RowsIn = value }
        );
    }

    /// <summary>Columns of rows that have choices of their own.</summary>
    private static void AddOwnChoices(OptionGroup<DataOptions> group)
    {
        group.Add(
            "--choices-column",
            "Column of a row's own choices, a JSON array of texts.",
            OptionValue.Text("name"),
            nameof(DataOptions.ChoicesColumn),
            data => data.ChoicesColumn,
            (data, value) => data with { ChoicesColumn = value }
        );
        group.Add(
            "--answer-column",
            "Column of the right one of a row's own choices, its text or its number from 0.",
            OptionValue.Text("name"),
            nameof(DataOptions.AnswerColumn),
            data => data.AnswerColumn,
            (data, value) => data with { AnswerColumn = value }
        );
        group.Add(
            "--chosen-column",
            "Column of the better of two answers, a text or messages.",
            OptionValue.Text("name"),
            nameof(DataOptions.ChosenColumn),
            data => data.ChosenColumn,
            (data, value) => data with { ChosenColumn = value }
        );
        group.Add(
            "--rejected-column",
            "Column of the worse of two answers.",
            OptionValue.Text("name"),
            nameof(DataOptions.RejectedColumn),
            data => data.RejectedColumn,
            (data, value) => data with { RejectedColumn = value }
        );
    }

    /// <summary>Rows that a run keeps from its training, and a small sample to train on.</summary>
    public static OptionGroup<DataOptions> HeldOut()
    {
        var group = new OptionGroup<DataOptions>("Data", new DataOptions());
        group.Add(
            "--eval-fraction",
            "Share of the training rows to hold out for evaluation instead.",
            OptionValue.Double,
            nameof(DataOptions.EvalFraction),
            data => data.EvalFraction,
            (data, value) => data with { EvalFraction = value }
        );
        group.AddFlag(
            "--eval-balanced",
            "Evaluate on the same number of rows of every label.",
            nameof(DataOptions.EvalBalanced),
            data => data.EvalBalanced,
            (data, value) => data with { EvalBalanced = value }
        );
        group.Add(
            "--few-shot",
            "Train on this many rows of every label, drawn by the seed.",
            OptionValue.Count,
            nameof(DataOptions.FewShot),
            data => data.FewShot,
            (data, value) => data with { FewShot = value }
        );
        return group;
    }

    /// <summary>From a row to a prompt and its answers.</summary>
    public static OptionGroup<DataOptions> Prompts()
    {
        var group = new OptionGroup<DataOptions>("Prompt and answers", new DataOptions());
        group.Add(
            "--template",
            "The prompt with {column} fields; \\n is a new line (by default, the text column alone).",
            OptionValue.Text("text"),
            nameof(DataOptions.Template),
            data => data.Template,
            (data, value) => data with { Template = value }
        );
        AddWords(group);
        group.AddFlag(
            "--no-trim",
            "Keep the space around fields.",
            nameof(DataOptions.TrimFields),
            data => data.TrimFields,
            (data, value) => data with { TrimFields = value },
            whenGiven: false
        );
        group.Add(
            "--chat-template",
            "Whether prompts with completions are written by the model's chat template (by default, when neither --template nor "
                + "--answer-suffix is given).",
            OptionValue.Enumeration<ChatTemplateUse>(),
            nameof(DataOptions.ChatTemplate),
            data => data.ChatTemplate,
            (data, value) => data with { ChatTemplate = value }
        );
        group.Add(
            "--chat-date",
            "Date that chat templates write, where they do (by default, today; a run keeps that of its start).",
            OptionValue.Date,
            nameof(DataOptions.ChatDate),
            data => data.ChatDate,
            (data, value) => data with { ChatDate = value }
        );
        group.Add(
            "--turns",
            "Which messages of a conversation are learned: the last one, or all of the assistant.",
            OptionValue.Enumeration<AnswerTurns>(),
            nameof(DataOptions.Turns),
            data => data.Turns,
            (data, value) => data with { Turns = value }
        );
        group.Add(
            "--answer-suffix",
            "Text after every free answer (by default, the end-of-sequence token of the model).",
            OptionValue.Escaped,
            nameof(DataOptions.AnswerSuffix),
            data => data.AnswerSuffix,
            (data, value) => data with { AnswerSuffix = value }
        );
        group.Add(
            "--max-length",
            "Longest example in tokens.",
            OptionValue.Count,
            nameof(DataOptions.MaxLength),
            data => data.MaxLength,
            (data, value) => data with { MaxLength = value }
        );
        group.Add(
            "--truncation",
            "Where the longest field of a too long prompt is cut.",
            OptionValue.Enumeration<Truncation>(),
            nameof(DataOptions.Truncation),
            data => data.Truncation,
            (data, value) => data with { Truncation = value }
        );
        group.Add(
            "--invocation-tokens",
            "Last prompt tokens that carry the adapter in scope activated.",
            OptionValue.Count,
            nameof(DataOptions.InvocationTokens),
            data => data.InvocationTokens,
            (data, value) => data with { InvocationTokens = value }
        );
        group.Add(
            "--invocation-text",
            "Text of the template from which on the prompt carries the adapter, instead of a number of tokens.",
            OptionValue.Escaped,
            nameof(DataOptions.InvocationText),
            data => data.InvocationText,
            (data, value) => data with { InvocationText = value }
        );
        return group;
    }

    /// <summary>What there is to choose from.</summary>
    private static void AddWords(OptionGroup<DataOptions> group)
    {
        group.Add(
            "--choices",
            "Words of the labels 0, 1, ... between commas; leading spaces belong to the words: \" negative, positive\".",
            OptionValue.Words("word,..."),
            nameof(DataOptions.Choices),
            data => data.Choices,
            (data, value) => data with { Choices = value }
        );
        group.Add(
            "--label-words",
            "Words by label: \"ham= no,spam= yes\", or @letters: A to Z, then the pairs of letters that are one token of the model "
                + "(by default, the labels themselves).",
            OptionValue.LabelWords,
            nameof(DataOptions.LabelWords),
            data => data.LabelWords,
            (data, value) => data with { LabelWords = value }
        );
        group.Add(
            "--label-words-file",
            "File of words by label: a label, a tab and its word on every line, or a JSON object.",
            OptionValue.Path("file"),
            nameof(DataOptions.LabelWordsFile),
            data => data.LabelWordsFile,
            (data, value) => data with { LabelWordsFile = value }
        );
        group.Add(
            "--choice-scoring",
            "How choices of several tokens are scored (by default, label words by their branches and a row's own choices by their mean).",
            OptionValue.Enumeration<ChoiceScoring>(),
            nameof(DataOptions.Scoring),
            data => data.Scoring,
            (data, value) => data with { Scoring = value }
        );
    }
}
