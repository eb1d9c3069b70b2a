using System.Globalization;

namespace MobiZO.Data;

/// <summary>Finds every error in <see cref="DataOptions"/>; each is one sentence or two, ending in what to do.</summary>
internal static class DataOptionsValidation
{
    public static IReadOnlyList<string> Errors(DataOptions options)
    {
        var errors = new List<string>();
        CheckColumns(options, errors);
        CheckFields(options, errors);
        CheckNumbers(options, errors);
        CheckLabels(options, errors);
        CheckTemplate(options, errors);
        return errors;
    }

    private static void CheckColumns(DataOptions options, List<string> errors)
    {
        (string Name, string Value)[] names =
        [
            (nameof(options.TextColumn), options.TextColumn),
            (nameof(options.LabelColumn), options.LabelColumn),
            (nameof(options.PromptColumn), options.PromptColumn),
            (nameof(options.CompletionColumn), options.CompletionColumn),
            (nameof(options.CompletionsColumn), options.CompletionsColumn),
            (nameof(options.MessagesColumn), options.MessagesColumn),
            (nameof(options.ChoicesColumn), options.ChoicesColumn),
            (nameof(options.AnswerColumn), options.AnswerColumn),
            (nameof(options.ChosenColumn), options.ChosenColumn),
            (nameof(options.RejectedColumn), options.RejectedColumn),
        ];
        errors.AddRange(
            names.Where(column => string.IsNullOrEmpty(column.Value)).Select(column => $"{column.Name} is empty; name a column.")
        );
        if (options.Columns is { } columns)
        {
            if (columns.Count == 0 || columns.Any(string.IsNullOrEmpty))
            {
                errors.Add("Columns has no names or an empty one; name every column of the file in order.");
            }

            if (
                columns
                    .Where(name => name is not null)
                    .GroupBy(name => name, StringComparer.Ordinal)
                    .FirstOrDefault(group => group.Count() > 1) is
                { } twice
            )
            {
                errors.Add($"Columns names {DataException.Quote(twice.Key)} twice; give every column its own name.");
            }
        }
    }

    private static void CheckFields(DataOptions options, List<string> errors)
    {
        if (options.RowsIn is { } nested && nested.Any(string.IsNullOrEmpty))
        {
            errors.Add("RowsIn has an empty name; name the columns that hold rows.");
        }

        IReadOnlyList<RowField> fields = options.Fields ?? [];
        if (fields.GroupBy(field => field.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            errors.Add($"Fields names {DataException.Quote(twice.Key)} twice; give every field its own name.");
        }

        foreach (RowField field in fields)
        {
            try
            {
                FieldPattern.Parse(field);
            }
            catch (DataException error)
            {
                errors.Add(error.Message);
            }
        }
    }

    private static void CheckNumbers(DataOptions options, List<string> errors)
    {
        if (options.MaxLength < 2)
        {
            errors.Add(Say($"MaxLength is {options.MaxLength}; it must be at least 2, one token to read and one to predict."));
        }

        if (options.MaxRows is < 1)
        {
            errors.Add(Say($"MaxRows is {options.MaxRows}; it must be at least 1, or left out for all rows."));
        }

        if (options.FewShot is < 1)
        {
            errors.Add(Say($"FewShot is {options.FewShot}; it must be at least 1, or left out for all rows."));
        }

        if (options is { FewShot: not null, MaxRows: not null })
        {
            errors.Add("FewShot and MaxRows are both given; keep one of them.");
        }

        if (!(options.EvalFraction is >= 0 and < 1))
        {
            errors.Add(Say($"EvalFraction is {options.EvalFraction}; it must be at least 0 and below 1."));
        }

        if (options.InvocationTokens < 1)
        {
            errors.Add(Say($"InvocationTokens is {options.InvocationTokens}; it must be at least 1."));
        }

        if (options.InvocationText is "")
        {
            errors.Add("InvocationText is empty; give the text that starts the last piece of the prompt, or leave it out.");
        }

        if (options.Format is { } format && !Enum.IsDefined(format))
        {
            errors.Add(Say($"Format is {(int)format}; use JsonLines, Json, Csv, Tsv, Parquet or Text."));
        }

        if (options.Shape is { } shape && !Enum.IsDefined(shape))
        {
            errors.Add(Say($"Shape is {(int)shape}; use Classification, Completion, Chat, Choices or Text."));
        }

        if (options.Scoring is { } scoring && !Enum.IsDefined(scoring))
        {
            errors.Add(Say($"Scoring is {(int)scoring}; use Branches, Mean, Sum or Characters."));
        }

        if (options is { Scoring: ChoiceScoring.Branches, Shape: RowShape.Choices })
        {
            errors.Add("Scoring is Branches, which is of label words; choices of a row's own are scored by Mean, Sum or Characters.");
        }

        if (options.ChatTemplate is { } use && !Enum.IsDefined(use))
        {
            errors.Add(Say($"ChatTemplate is {(int)use}; use Always or Never, or leave it out."));
        }

        if (options is { ChatTemplate: ChatTemplateUse.Always, AnswerSuffix.Length: > 0 })
        {
            errors.Add("AnswerSuffix and ChatTemplate Always are both given; the chat template ends answers itself, keep one of them.");
        }

        if (!Enum.IsDefined(options.Turns))
        {
            errors.Add(Say($"Turns is {(int)options.Turns}; use Last or All."));
        }

        if (!Enum.IsDefined(options.Truncation))
        {
            errors.Add(Say($"Truncation is {(int)options.Truncation}; use Middle or Left."));
        }
    }

    private static void CheckLabels(DataOptions options, List<string> errors)
    {
        bool hasLabels = options.Choices is not null || options.LabelWords is not null || options.LabelWordsFile is not null;
        if (options.LabelWordsFile is not null && (options.Choices is not null || options.LabelWords is not null))
        {
            errors.Add("LabelWordsFile is given beside Choices or LabelWords; keep one of them.");
        }

        if (options.LabelWordsFile is "")
        {
            errors.Add("LabelWordsFile is empty; name a file, or leave it out.");
        }

        if (options.Choices is not null && options.LabelWords is not null)
        {
            errors.Add("Both Choices and LabelWords are given; keep one of them.");
        }
        else if (options.Choices is not null)
        {
            CheckChoices(options.Choices, errors);
        }
        else if (options.LabelWords is not null && !LabelWord.AreLetters(options.LabelWords))
        {
            CheckLabelWords(options.LabelWords, errors);
        }

        // Without a shape the rows may have labels, which are their own words.
        if (options.Balanced && !hasLabels && options.Shape is not (null or RowShape.Classification))
        {
            errors.Add("Balanced needs labels; give Choices or LabelWords, or leave Balanced out.");
        }

        if (options.EvalBalanced && !hasLabels && options.Shape is not (null or RowShape.Classification))
        {
            errors.Add("EvalBalanced needs labels; give Choices or LabelWords, or leave EvalBalanced out.");
        }

        if (options.FewShot is not null && !hasLabels && options.Shape is not (null or RowShape.Classification))
        {
            errors.Add("FewShot needs labels; give Choices or LabelWords, or leave FewShot out.");
        }

        if (hasLabels && options.Shape is { } shape && shape != RowShape.Classification)
        {
            errors.Add($"Shape is {shape}, and Choices or LabelWords are given; leave them out or use the shape Classification.");
        }
    }

    private static void CheckChoices(IReadOnlyList<string> choices, List<string> errors)
    {
        if (choices.Count < 2)
        {
            errors.Add(Say($"Choices has {choices.Count} of at least 2 words; give one for each label."));
        }

        if (choices.Any(string.IsNullOrWhiteSpace))
        {
            errors.Add("Choices has an empty word; give each label a word the model can be asked for.");
        }

        foreach (
            IGrouping<string, string> group in choices
                .Where(choice => choice is not null)
                .GroupBy(choice => choice.Trim(), StringComparer.Ordinal)
        )
        {
            if (group.Count() > 1)
            {
                string word = DataException.Quote(group.Key);
                errors.Add($"Choices has {word} twice; give each label its own word, or use LabelWords to join labels.");
            }
        }

        // A list such as " 1", " 2" makes the label 1 ambiguous: the first word by its text, the second by its position.
        for (int i = 0; i < choices.Count; i++)
        {
            if (LabelMap.TryReadPosition(choices[i] ?? "", out int number) && number != i)
            {
                string word = DataException.Quote(choices[i]);
                errors.Add(
                    Say($"Choices has the number {word} at position {i}, so an integer label could mean either; ")
                        + "use LabelWords (for example '1= 1,2= 2')."
                );
            }
        }
    }

    private static void CheckLabelWords(IReadOnlyList<LabelWord> words, List<string> errors)
    {
        if (words.Any(word => string.IsNullOrWhiteSpace(word.Label) || string.IsNullOrWhiteSpace(word.Word)))
        {
            errors.Add("LabelWords has an empty label or word; give each label a word (for example 'ham= no,spam= yes').");
            return;
        }

        if (words.GroupBy(word => word.Label.Trim(), StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            errors.Add($"LabelWords has the label {DataException.Quote(twice.Key)} twice; keep one word for it.");
        }

        if (words.DistinctBy(word => word.Word, StringComparer.Ordinal).Count() < 2)
        {
            errors.Add("LabelWords has fewer than 2 different words; there is nothing to choose between.");
        }
    }

    private static void CheckTemplate(DataOptions options, List<string> errors)
    {
        if (options.Template is null)
        {
            return;
        }

        if (options.Shape is RowShape.Chat or RowShape.Text)
        {
            errors.Add($"Template is given, and the shape {options.Shape} does not use one; leave it out.");
        }

        try
        {
            PromptTemplate template = PromptTemplate.Parse(options.Template);
            bool classifies = options.Choices is not null || options.LabelWords is not null;
            string answer = classifies ? options.LabelColumn : options.CompletionColumn;
            if (template.Fields.Contains(answer, StringComparer.Ordinal))
            {
                errors.Add($"Template shows the answer, column {DataException.Quote(answer)}; take that field out of the prompt.");
            }
        }
        catch (DataException error)
        {
            errors.Add(error.Message);
        }
    }

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
