using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;

namespace MobiZO.Programs.Feeding;

/// <summary>
/// Lays examples out as the rows of a step. Every copy sees the same E examples. Rows of copy 0 come first; within a copy choice by choice,
/// example by example.
/// </summary>
public sealed class StepFeed
{
    // As good as minus infinity beside any logit or log-probability, and still a number.
    private const float Never = -1e9f;

    private readonly Dictionary<string, HostTensor> _inputs = new(StringComparer.Ordinal);

    private StepFeed(StepLossKind form, IReadOnlyList<PromptExample> examples, int copies, LengthGrid lengths)
    {
        var choices = examples.Max(example => RowsOf(form, example));
        var rows = Layout(form, examples, copies, choices);
        ExampleCount = examples.Count;
        FirstCopyRows = [.. rows.Take(choices * examples.Count).Select(row => (row.Example, row.IsLacking ? 0 : row.Choice))];
        TokensPerRow = lengths.Fit(rows.Max(row => row.Tokens.Length));
        RowCount = rows.Count;
        AddTokens(rows, ProgramNames.InputIds, ProgramNames.Positions);
        AddTokens(rows[..FirstCopyRows.Count], ProgramNames.FirstInputIds, ProgramNames.FirstPositions);
        AddAnswers(form, rows, copies, examples.Count, choices, lengths);
    }

    /// <summary>Everything but the adapter, the noise and the cached prompts.</summary>
    public IReadOnlyDictionary<string, HostTensor> Inputs => _inputs;

    /// <summary>E; programs want the cached prompts of the examples in the order of the given list.</summary>
    public int ExampleCount { get; }

    /// <summary>
    /// Example (index into the given list) and choice of every row of the first copy, which the others repeat: the order of hidden states
    /// and of layers that copies share.
    /// </summary>
    public IReadOnlyList<(int Example, int Choice)> FirstCopyRows { get; }

    /// <summary>N.</summary>
    public int RowCount { get; }

    /// <summary>S.</summary>
    public int TokensPerRow { get; }

    /// <summary>Lays examples out.</summary>
    /// <param name="form">The loss; every example must fit it.</param>
    /// <param name="examples">E examples.</param>
    /// <param name="copies">P.</param>
    /// <param name="lengths">What S, and R where answers differ in length, are padded to; null: as they are.</param>
    /// <exception cref="ProgramException">There are no examples or copies, or an example does not fit the loss.</exception>
    public static StepFeed Create(StepLossKind form, IReadOnlyList<PromptExample> examples, int copies, LengthGrid? lengths = null)
    {
        if (examples.Count == 0 || copies < 1)
        {
            throw new ProgramException($"A step needs at least one example and one copy, found {examples.Count} and {copies}.");
        }

        foreach (var example in examples)
        {
            RequireFit(form, example, examples[0].Choices.Length);
            if (form.IsTree() && example.Rows.Count != examples[0].Rows.Count)
            {
                throw new ProgramException(
                    $"Examples of one batch have as many rows behind their prompts, found {example.Rows.Count} and {examples[0].Rows.Count}."
                );
            }
        }

        return new StepFeed(form, examples, copies, lengths ?? LengthGrid.Exact);
    }

    private static void RequireFit(StepLossKind form, PromptExample example, int choices)
    {
        var fits = form switch
        {
            StepLossKind.Tokens => example.Answer.Length > 0,
            StepLossKind.Choices => example.Choices.Length == choices && choices > 1 && example.Choices.All(choice => choice.Length == 1),
            StepLossKind.RowChoices => example.Choices.Length > 1 && example.Choices.All(choice => choice.Length > 0),
            StepLossKind.ChoiceBranches or StepLossKind.ChoiceBranchesAndTokens => example.Rows.Count > 0
                && example.Rows.All(row => row.Points.All(point => point.Offset >= 0 && point.Offset <= row.Tokens.Length))
                && example.Rows.Any(row => row.Points.Count > 0),
            _ => example.Choices.Length == choices && choices > 1 && example.Choices.All(choice => choice.Length > 0),
        };
        if (!fits || example.SuffixStart < 0 || example.SuffixStart >= example.Prompt.Length)
        {
            throw new ProgramException(
                $"An example with {example.Prompt.Length} prompt tokens (suffix from {example.SuffixStart}), {example.Answer.Length} "
                    + $"answer tokens "
                    + $"and {example.Choices.Length} choices does not fit the loss {form}."
            );
        }
    }

    private static List<Row> Layout(StepLossKind form, IReadOnlyList<PromptExample> examples, int copies, int choices)
    {
        var rows = new List<Row>(copies * choices * examples.Count);
        for (var copy = 0; copy < copies; copy++)
        {
            for (var choice = 0; choice < choices; choice++)
            {
                for (var index = 0; index < examples.Count; index++)
                {
                    rows.Add(NewRow(form, examples[index], index, copy, choice));
                }
            }
        }

        return rows;
    }

    /// <summary>
    /// The tokens of the row of one choice (of the free answer, when there are none) from the first prompt token on; the last answer token
    /// is only predicted.
    /// </summary>
    public static int[] RowTokens(PromptExample example, int choice)
    {
        ArgumentNullException.ThrowIfNull(example);
        return example.Rows.Count > 0
            ? [.. example.Prompt, .. example.Rows[choice].Tokens]
            : WithAnswer(example, example.Choices.Length > 0 ? example.Choices[choice] : example.Answer);
    }

    /// <summary>Rows of an example in one copy of a step.</summary>
    public static int RowsOf(StepLossKind form, PromptExample example)
    {
        ArgumentNullException.ThrowIfNull(example);
        return form.HasRowPerChoice() ? example.Choices.Length
            : form.IsTree() ? example.Rows.Count
            : 1;
    }

    /// <summary>Answer positions of an example in one copy of a step.</summary>
    public static int AnswersOf(StepLossKind form, PromptExample example)
    {
        ArgumentNullException.ThrowIfNull(example);
        return form switch
        {
            StepLossKind.Tokens => example.Answer.Length,
            StepLossKind.Choices => 1,
            StepLossKind.ChoiceBranches or StepLossKind.ChoiceBranchesAndTokens => example.Rows.Sum(row => row.Points.Count),
            _ => example.Choices.Sum(choice => choice.Length),
        };
    }

    /// <summary>Tokens of the longest row of an example, from its suffix on.</summary>
    public static int TokensOf(StepLossKind form, PromptExample example)
    {
        ArgumentNullException.ThrowIfNull(example);
        return Enumerable.Range(0, RowsOf(form, example)).Max(choice => NewRow(form, example, 0, 0, choice).Tokens.Length);
    }

    private static int[] WithAnswer(PromptExample example, int[] answer) =>
        answer.Length > 1 ? [.. example.Prompt, .. answer[..^1]] : example.Prompt;

    private static Row NewRow(StepLossKind form, PromptExample example, int index, int copy, int choice)
    {
        var first = example.Prompt.Length - 1 - example.SuffixStart;
        if (form.IsTree())
        {
            var way = example.Rows[choice];
            int[] tokens = [.. example.Prompt[example.SuffixStart..], .. way.Tokens];
            return new Row(index, copy, choice, example, tokens)
            {
                Places = [.. way.Points.Select(point => first + point.Offset)],
                Candidates = [.. way.Points.Select(point => point.Candidates)],
            };
        }

        // What an example lacks repeats its first choice, and nothing is asked of it.
        var isLacking = form == StepLossKind.RowChoices && choice >= example.Choices.Length;
        var answer = form switch
        {
            StepLossKind.Tokens => example.Answer,
            StepLossKind.Choices => [],
            _ => example.Choices[isLacking ? 0 : choice],
        };
        var all = WithAnswer(example, answer);
        int[][] candidates =
            form == StepLossKind.Choices
                ?
                [
                    [.. example.Choices.Select(word => word[0])],
                ]
            : isLacking ? []
            : [.. answer.Select(token => new[] { token })];
        return new Row(index, copy, choice, example, all[example.SuffixStart..])
        {
            IsLacking = isLacking,
            Places = [.. Enumerable.Range(first, candidates.Length)],
            Candidates = candidates,
        };
    }

    private void AddTokens(IReadOnlyList<Row> rows, string idsName, string positionsName)
    {
        var (ids, positions) = (new long[rows.Count * TokensPerRow], new long[rows.Count * TokensPerRow]);
        for (var n = 0; n < rows.Count; n++)
        {
            for (var t = 0; t < TokensPerRow; t++)
            {
                ids[(n * TokensPerRow) + t] = t < rows[n].Tokens.Length ? rows[n].Tokens[t] : 0;
                positions[(n * TokensPerRow) + t] = rows[n].FirstPosition + t;
            }
        }

        _inputs.Add(idsName, HostTensor.Of(ids, rows.Count, TokensPerRow));
        _inputs.Add(positionsName, HostTensor.Of(positions, rows.Count, TokensPerRow));
    }

    private void AddAnswers(StepLossKind form, List<Row> rows, int copies, int perCopy, int choices, LengthGrid lengths)
    {
        var answerRows = new List<long>();
        var candidates = new List<long>();
        for (var n = 0; n < rows.Count; n++)
        {
            for (var i = 0; i < rows[n].Candidates.Length; i++)
            {
                answerRows.Add((n * TokensPerRow) + rows[n].Places[i]);
                candidates.AddRange(rows[n].Candidates[i].Select(id => (long)id));
            }
        }

        if (form.IsTree())
        {
            AddBranches(form, rows, answerRows, copies, perCopy, lengths);
            return;
        }

        // Answers that are padding weigh nothing: the first token of the first row, asked for token 0.
        if (form != StepLossKind.Choices)
        {
            var padded = lengths.Fit(answerRows.Count) - answerRows.Count;
            answerRows.AddRange(Enumerable.Repeat(0L, padded));
            candidates.AddRange(Enumerable.Repeat(0L, padded));
        }

        _inputs.Add(ProgramNames.AnswerRows, HostTensor.Of([.. answerRows], answerRows.Count));
        _inputs.Add(ProgramNames.CandidateIds, HostTensor.Of([.. candidates], answerRows.Count, candidates.Count / answerRows.Count));
        if (form != StepLossKind.Tokens)
        {
            long[] labels = [.. rows.Where(row => row.Choice == 0).Select(row => (long)row.Source.Label)];
            _inputs.Add(ProgramNames.Labels, HostTensor.Of(labels, labels.Length));
        }

        if (form == StepLossKind.RowChoices)
        {
            var bias = new float[rows.Count];
            foreach (var (index, row) in rows.Index().Where(pair => pair.Item.IsLacking))
            {
                bias[DecisionOf(row, index, perCopy, choices)] = Never;
            }

            _inputs.Add(ProgramNames.ChoiceBias, HostTensor.Of(bias, rows.Count / choices, choices));
        }

        if (form == StepLossKind.Tokens)
        {
            AddWeights(
                rows,
                answerRows.Count,
                copies,
                row => row.Copy,
                copy => 1f / rows.Where(row => row.Copy == copy).Sum(row => row.Candidates.Length)
            );
        }
        else if (form.HasRowPerChoice())
        {
            var scores = rows.Count;
            var decisions = rows.Index().ToDictionary(pair => pair.Item, pair => DecisionOf(pair.Item, pair.Index, perCopy, choices));
            var weights = decisions.ToDictionary(
                pair => pair.Value,
                pair =>
                    pair.Key.Source.TokenWeights is { } given && !pair.Key.IsLacking
                        ? given[pair.Key.Choice]
                        : 1f / pair.Key.Candidates.Length
            );
            AddWeights(rows, answerRows.Count, scores, row => decisions[row], score => weights[score]);
        }
    }

    /// <summary>Where the score of a row's choice lies: choices of a decision together, decisions of copy 0 first.</summary>
    private static int DecisionOf(Row row, int index, int perCopy, int choices) =>
        (((row.Copy * perCopy) + (index % perCopy)) * choices) + row.Choice;

    /// <summary>Candidates, right ones and weights of every place where something is predicted.</summary>
    private void AddBranches(StepLossKind form, List<Row> rows, List<long> answerRows, int copies, int perCopy, LengthGrid lengths)
    {
        (Row Row, ChoicePoint Point)[] points =
        [
            .. rows.SelectMany(row => row.Source.Rows[row.Choice].Points.Select(point => (row, point))),
        ];
        var count = lengths.Fit(points.Length);
        var most = lengths.Fit(Math.Max(1, points.Max(pair => pair.Point.Candidates.Length)));
        answerRows.AddRange(Enumerable.Repeat(0L, count - points.Length));
        var (ids, bias, labels, tokens) = (new long[count * most], new float[count * most], new long[count], new long[count]);
        var (weights, tokenWeights) = (new float[copies * count], new float[copies * count]);
        foreach (var (index, (row, point)) in points.Index())
        {
            var source = row.Source;
            point.Candidates.Select(id => (long)id).ToArray().CopyTo(ids, index * most);
            bias.AsSpan((index * most) + point.Candidates.Length, most - point.Candidates.Length).Fill(Never);
            labels[index] = point.Right;
            tokens[index] = point.Token ?? 0;
            var place = (row.Copy * count) + index;
            weights[place] = point.Candidates.Length > 0 ? (1 - source.TokenShare) / perCopy : 0;
            tokenWeights[place] = point.Token is null
                ? 0
                : source.TokenShare / (perCopy * source.Rows[row.Choice].Points.Count(other => other.Token is not null));
        }

        _inputs.Add(ProgramNames.AnswerRows, HostTensor.Of([.. answerRows], count));
        _inputs.Add(ProgramNames.CandidateIds, HostTensor.Of(ids, count, most));
        _inputs.Add(ProgramNames.CandidateBias, HostTensor.Of(bias, count, most));
        _inputs.Add(ProgramNames.Labels, HostTensor.Of(labels, count, 1));
        _inputs.Add(ProgramNames.AnswerWeights, HostTensor.Of(weights, copies, count));
        if (form == StepLossKind.ChoiceBranchesAndTokens)
        {
            _inputs.Add(ProgramNames.AnswerIds, HostTensor.Of(tokens, count, 1));
            _inputs.Add(ProgramNames.TokenWeights, HostTensor.Of(tokenWeights, copies, count));
        }
    }

    private void AddWeights(List<Row> rows, int answers, int sums, Func<Row, int> sumOf, Func<int, float> weightOf)
    {
        var weights = new float[sums * answers];
        var value = Enumerable.Range(0, sums).Select(weightOf).ToArray();
        var answer = 0;
        foreach (var row in rows)
        {
            var sum = sumOf(row);
            for (var i = 0; i < row.Candidates.Length; i++, answer++)
            {
                weights[(sum * answers) + answer] = value[sum];
            }
        }

        _inputs.Add(ProgramNames.AnswerWeights, HostTensor.Of(weights, sums, answers));
    }

    /// <summary>One row; a class, so that rows with equal content stay apart as dictionary keys.</summary>
    private sealed class Row(int example, int copy, int choice, PromptExample source, int[] tokens)
    {
        public int Example => example;

        public int Copy => copy;

        public int Choice => choice;

        public PromptExample Source => source;

        public int FirstPosition => source.SuffixStart;

        public int[] Tokens => tokens;

        /// <summary>Whether the example has no such choice.</summary>
        public bool IsLacking { get; init; }

        /// <summary>Tokens of the row whose logits predict.</summary>
        public required int[] Places { get; init; }

        public required int[][] Candidates { get; init; }
    }
}
