using System.Globalization;
using MobiZO.Programs.Feeding;
using MobiZO.Text.ChatTemplates;
using MobiZO.Text.Tokenizers;

namespace MobiZO.Data;

/// <summary>
/// Turns rows into token ids. Prompt and answer are encoded together: tokens may merge over the border, and the model must see the tokens
/// that it will see later. A prompt that is too long loses characters of its longest field. Answers are never cut.
/// </summary>
internal sealed class ExampleEncoder
{
    private readonly ITokenizer _tokenizer;
    private readonly DataOptions _options;
    private readonly LabelMap? _labels;
    private readonly RowDrafts _drafts;
    private readonly int _embeddings;
    private readonly int? _end;
    private (int[][] Words, ChoiceTree Tree)? _lastTree;

    /// <summary>Creates an encoder.</summary>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="options">Columns, template, labels and lengths.</param>
    /// <param name="renderChat">The model's chat template; needed for conversations only.</param>
    /// <param name="context">Tokens that the model can see at once; null: not known. No example is longer.</param>
    /// <param name="embeddings">Rows of the model's embedding: tokens beyond them are refused.</param>
    /// <param name="renderSpans">The chat template with the parts that it marks as generated; null: none are known.</param>
    /// <param name="end">The token that ends an answer; null: the model has none.</param>
    /// <exception cref="DataException">The options are wrong.</exception>
    public ExampleEncoder(
        ITokenizer tokenizer,
        DataOptions options,
        ChatRenderer? renderChat = null,
        int? context = null,
        int embeddings = int.MaxValue,
        Func<IReadOnlyList<ChatTurn>, RenderedChat>? renderSpans = null,
        int? end = null
    )
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(options);
        options.ThrowIfInvalid();
        _tokenizer = tokenizer;
        (_embeddings, _end) = (embeddings, end);
        _options = options;
        _labels = LabelMap.Create(options);
        _drafts = new RowDrafts(options, _labels, new ConversationDrafts(renderChat, renderSpans));
        MaxLength = Math.Min(options.MaxLength, context ?? int.MaxValue);
    }

    /// <summary>Longest example in tokens, the longest answer included.</summary>
    public int MaxLength { get; }

    /// <summary>Whether the model's context allows less than <see cref="DataOptions.MaxLength"/>.</summary>
    public bool IsLimitedByContext => MaxLength < _options.MaxLength;

    /// <summary>
    /// What the user should know of the options. The default length says nothing about rows, so only another one is told when the context
    /// is smaller.
    /// </summary>
    public IEnumerable<string> Notes =>
        IsLimitedByContext && _options.MaxLength != new DataOptions().MaxLength
            ? [Say($"DataOptions.MaxLength {_options.MaxLength} is limited to the model's context of {MaxLength} tokens.")]
            : [];

    /// <summary>
    /// Whether further right answers are read from their column, which is a metric's matter alone: without one, a column of that name may
    /// hold anything.
    /// </summary>
    public bool ReadsRightAnswers { get; init; }

    /// <summary>The words of a classification in label order; empty when answers are free.</summary>
    public IReadOnlyList<string> Choices => _labels?.Words ?? [];

    /// <summary>What these words are called in results (<see cref="LabelMap.Names"/>).</summary>
    public IReadOnlyList<string> Names => _labels?.Names ?? [];

    private string? AnswerEnd => _options.AnswerSuffix is { Length: > 0 } suffix ? suffix : null;

    /// <summary>Encodes the rows of a file; the first one decides their shape when the options leave it open.</summary>
    /// <returns>
    /// In order, one example for each row, or one for each answer of a conversation (<see cref="DataOptions.Turns"/>). Documents are cut
    /// before (<see cref="Cut"/>).
    /// </returns>
    /// <exception cref="DataException">A row lacks a column, has an unknown label, no answer, or does not fit.</exception>
    public IReadOnlyList<EncodedExample> Encode(IReadOnlyList<DataRow> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (rows.Count == 0)
        {
            return [];
        }

        RowShape shape = RowDrafts.ShapeOf(rows[0], _options);
        if (shape == RowShape.Choices && _options.Scoring == ChoiceScoring.Branches)
        {
            throw new DataException(
                rows[0].Place,
                "choices of the row's own, to be scored by the branches of label words",
                "Mean, Sum or Characters as DataOptions.Scoring",
                "Leave Scoring out for the mean log-probability of a token."
            );
        }

        var examples = new List<EncodedExample>(rows.Count);
        foreach (var (number, row) in rows.Index())
        {
            IEnumerable<EncodedExample> encoded =
                shape == RowShape.Text ? [EncodeText(row)] : _drafts.Create(row, shape).Select(draft => EncodePrompt(row, shape, draft));
            foreach (EncodedExample example in encoded)
            {
                CheckTokens(row, example);
                examples.Add(example with { Row = number });
            }
        }

        return examples;
    }

    /// <summary>Cuts documents into windows that fit an example; other rows stay as they are.</summary>
    public IReadOnlyList<DataRow> Cut(IReadOnlyList<DataRow> rows) => DocumentWindows.Of(rows, _options.TextColumn, _tokenizer, MaxLength);

    private EncodedExample EncodeText(DataRow row)
    {
        if (_options.InvocationText is not null)
        {
            throw new DataException(
                row.Place,
                "plain text with InvocationText",
                "a prompt",
                "Leave InvocationText out: plain text has no prompt to search."
            );
        }

        PromptAnswerIds border = PromptAnswerIds.Find(
            _tokenizer,
            prompt: "",
            [row[_options.TextColumn] + (row.Origin.GoesOn ? "" : _options.AnswerSuffix)],
            addSpecialTokens: true
        );
        int[] ids = [.. border.PromptIds, .. border.AnswerIds[0]];
        if (ids.Length < 2)
        {
            throw new DataException(
                row.Place,
                Say($"a text of {ids.Length} tokens"),
                "at least 2 tokens, one to read and one to predict",
                "Remove the row."
            );
        }

        bool isTooLong = ids.Length > MaxLength;
        return new EncodedExample
        {
            LineNumber = row.LineNumber,
            Place = row.Place,
            PromptIds = ids[..1],
            AnswerIds = isTooLong ? ids[1..MaxLength] : ids[1..],
            AnswerEnd = AnswerEnd,
            InvocationStart = 0,
            WasTruncated = isTooLong,
        };
    }

    private EncodedExample EncodePrompt(DataRow row, RowShape shape, PromptDraft draft)
    {
        int? label = shape == RowShape.Classification ? _labels!.PositionOf(row, _options.LabelColumn) : null;
        PromptText text = draft.Render(draft.Fields);
        PromptAnswerIds border = Find(text, draft);
        bool isTooLong = border.Length > MaxLength;
        if (isTooLong)
        {
            (text, border) = Shorten(row, draft, border.Length);
        }

        var isOwn = shape == RowShape.Choices;
        label = isOwn ? draft.Right : label;
        CheckAnswers(row, text, border, label is not null);
        return new EncodedExample
        {
            LineNumber = row.LineNumber,
            Place = row.Place,
            PromptIds = border.PromptIds,
            AnswerIds = border.AnswerIds[label ?? 0],
            ChoiceIds = label is null ? [] : border.AnswerIds,
            Label = label,
            Text =
                label is null ? null
                : draft is { Fields: [var only] } ? only
                : text.Prompt,
            Tree = label is null || isOwn ? null : TreeOf(row, text, border.AnswerIds),
            TokenWeights = label is null ? null : WeightsOf(text, border.AnswerIds),
            OwnChoices = isOwn ? text.Answers : [],
            AnswerEnd = shape is RowShape.Completion or RowShape.Choices ? AnswerEnd : null,
            OtherAnswers = shape == RowShape.Completion && ReadsRightAnswers ? RightAnswers.Of(row, _options.CompletionsColumn) : [],
            InvocationStart = InvocationStart(row, text.Prompt, border),
            WasTruncated = isTooLong,
            Question = shape == RowShape.Chat ? draft.Fields[^1] : string.Join('\n', draft.Fields),
        };
    }

    /// <summary>Keeps as much of the longest field as fits; the search halves the kept length.</summary>
    private (PromptText Text, PromptAnswerIds Border) Shorten(DataRow row, PromptDraft draft, int length)
    {
        string[] fields = [.. draft.Fields];
        int longest = Array.IndexOf(fields, fields.MaxBy(field => field.Length));
        var cutter = new FieldCutter(fields[longest], _options.Truncation);
        (PromptText, PromptAnswerIds)? best = null;
        int shortest = length;
        int low = 0;
        int high = cutter.Count - 1;

        // The empty field is tried first: if even that is too long, nothing else can help.
        for (int kept = 0; low <= high; kept = low + ((high - low) / 2))
        {
            fields[longest] = cutter.Keep(kept);
            PromptText text = draft.Render(fields);
            PromptAnswerIds border = Find(text, draft);
            shortest = Math.Min(shortest, border.Length);
            if (border.Length <= MaxLength)
            {
                best = (text, border);
                low = kept + 1;
            }
            else if (kept == 0)
            {
                break;
            }
            else
            {
                high = kept - 1;
            }
        }

        return best
            ?? throw new DataException(
                row.Place,
                Say($"an example of {length} tokens, {shortest} without its longest field"),
                Say($"at most {MaxLength} ({(IsLimitedByContext ? "the model's context" : "MaxLength")})"),
                (IsLimitedByContext ? "Shorten" : "Raise MaxLength, shorten")
                    + " the template or the other fields, or remove the row; answers are never cut."
            );
    }

    /// <summary>
    /// The words as a tree where they are scored so; rows nearly always share one. A word that another one goes on from needs a token for
    /// its end; in a model without one, words are scored one by one unless a tree was asked for.
    /// </summary>
    private ChoiceTree? TreeOf(DataRow row, PromptText text, int[][] words)
    {
        if ((_options.Scoring ?? ChoiceScoring.Branches) != ChoiceScoring.Branches)
        {
            return null;
        }

        if (
            _lastTree is { } last
            && last.Words.Length == words.Length
            && last.Words.Zip(words).All(pair => pair.First.SequenceEqual(pair.Second))
        )
        {
            return last.Tree;
        }

        var beginning = _end is null
            ? Array.FindIndex(words, word => words.Any(other => other.Length > word.Length && other.Take(word.Length).SequenceEqual(word)))
            : -1;
        if (beginning >= 0 && _options.Scoring is null)
        {
            return null;
        }

        if (beginning >= 0)
        {
            throw new DataException(
                row.Place,
                $"the word {DataException.Quote(text.Answers[beginning])}, with which another word begins, and a model without a token "
                    + "that ends an answer",
                "words of which none is the beginning of another",
                "Use other words, or score them one by one (DataOptions.Scoring = Mean)."
            );
        }

        var tree = new ChoiceTree(words, _end);
        _lastTree = (words, tree);
        return tree;
    }

    /// <summary>Single tokens are compared as they are, whatever is said of longer words.</summary>
    private float[]? WeightsOf(PromptText text, int[][] answers) =>
        _options.Scoring switch
        {
            _ when Array.TrueForAll(answers, answer => answer.Length == 1) => null,
            ChoiceScoring.Sum => [.. answers.Select(_ => 1f)],
            ChoiceScoring.Characters => [.. text.Answers.Select(answer => 1f / Math.Max(1, answer.Trim().Length))],
            _ => null,
        };

    private PromptAnswerIds Find(PromptText text, PromptDraft draft) =>
        PromptAnswerIds.Find(_tokenizer, text.Prompt, text.Answers, draft.AddSpecialTokens);

    private static void CheckAnswers(DataRow row, PromptText text, PromptAnswerIds border, bool areChoices)
    {
        int empty = Array.FindIndex(border.AnswerIds, ids => ids.Length == 0);
        if (empty >= 0)
        {
            throw new DataException(
                row.Place,
                $"the answer {DataException.Quote(text.Answers[empty])}, which has no token of its own",
                "at least one answer token",
                "Give the row an answer, or remove it."
            );
        }

        if (border.PromptIds.Length == 0)
        {
            throw new DataException(
                row.Place,
                $"the prompt {DataException.Quote(text.Prompt)}, which leaves no token before the answer",
                "at least one prompt token",
                "Add words to the template or the row; a model without a start token cannot begin with the answer."
            );
        }

        if (areChoices)
        {
            for (int i = 1; i < border.AnswerIds.Length; i++)
            {
                int twin = Array.FindIndex(border.AnswerIds, ids => ids.AsSpan().SequenceEqual(border.AnswerIds[i]));
                if (twin < i)
                {
                    throw new DataException(
                        row.Place,
                        $"the choices {DataException.Quote(text.Answers[twin])} and {DataException.Quote(text.Answers[i])} "
                            + "with the same tokens",
                        "different tokens for every choice",
                        "Use words that this tokenizer tells apart."
                    );
                }
            }
        }
    }

    private void CheckTokens(DataRow row, EncodedExample example)
    {
        foreach (int id in example.ChoiceIds.Prepend(example.AnswerIds).Prepend(example.PromptIds).SelectMany(ids => ids))
        {
            if (id >= _embeddings)
            {
                throw new DataException(
                    row.Place,
                    Say(
                        $"the token {DataException.Quote(_tokenizer.IdToToken(id) ?? "")} ({id}), beyond the model's {_embeddings} embeddings"
                    ),
                    Say($"ids below {_embeddings}"),
                    "The tokenizer has tokens that the model was not extended for: take them out of the row, the template or the words, "
                        + "or use the tokenizer that belongs to the model."
                );
            }
        }
    }

    private int InvocationStart(DataRow row, string prompt, PromptAnswerIds border)
    {
        int last = border.PromptIds.Length - 1;
        if (_options.InvocationText is not { } invocation)
        {
            return Math.Max(0, last - _options.InvocationTokens + 1);
        }

        int position = prompt.LastIndexOf(invocation, StringComparison.Ordinal);
        if (position < 0)
        {
            throw new DataException(
                row.Place,
                $"a prompt without the text {DataException.Quote(invocation)}",
                "the InvocationText in every prompt",
                "Correct InvocationText, or write it into the template."
            );
        }

        // When the text merged into the answer, none of its tokens is left in the prompt: the last prompt token carries the adapter then.
        int start = Array.FindIndex(border.PromptOffsets, range => range.End > position);
        return start < 0 ? last : start;
    }

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
