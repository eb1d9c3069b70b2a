using MobiZO.Adapted;
using MobiZO.Data;
using MobiZO.PrefixCache;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Feeding;

namespace MobiZO.Evaluation;

/// <summary>Scores encoded rows with one adapter: choices as <see cref="DataOptions.Scoring"/> says, free answers by token loss.</summary>
internal sealed class Evaluator
{
    private const int RowsPerRun = 64;

    private readonly AdaptedModel _model;
    private readonly IReadOnlyList<EncodedExample> _rows;
    private readonly PromptExample[] _examples;
    private readonly IReadOnlyList<string> _choices;
    private readonly int[][] _batches;
    private readonly PackedScorer? _packed;

    /// <param name="model">The adapted model.</param>
    /// <param name="rows">Rows to score.</param>
    /// <param name="choices">Label words; empty for free answers.</param>
    /// <param name="cache">Opens the store of the frozen parts of the rows, given their examples; null when nothing is frozen.</param>
    /// <param name="maxTokensPerRun">Most tokens of one engine run.</param>
    /// <exception cref="DataException">The adapter would never act on a row.</exception>
    public Evaluator(
        AdaptedModel model,
        IReadOnlyList<EncodedExample> rows,
        IReadOnlyList<string> choices,
        Func<IReadOnlyList<PromptExample>, PrefixStore?> cache,
        int maxTokensPerRun
    )
    {
        (_model, _rows, _choices) = (model, rows, choices);
        var isTree = rows.All(row => row.Tree is not null) && !rows.All(row => AdapterStart.AreSingleRows(row.ChoiceIds));
        PromptExample[] examples = [.. rows.Select(row => model.ForScoring(row, isTree))];
        _packed = PackedScorer.Create(model, rows, examples);
        _examples = _packed is null ? SameRows(examples) : examples;
        Cache = cache(_examples);
        _batches = [.. _packed?.Batches(maxTokensPerRun, RowsPerRun) ?? Batches(maxTokensPerRun)];
    }

    /// <summary>The rows.</summary>
    public IReadOnlyList<EncodedExample> Rows => _rows;

    /// <summary>Number of rows.</summary>
    public int RowCount => _rows.Count;

    /// <summary>The frozen parts of the rows; null when there are none.</summary>
    public PrefixStore? Cache { get; }

    /// <summary>Loads the program that scores these rows, so that the first ones need not wait for it.</summary>
    public void Load() => _ = _packed?.Program ?? _model.Score;

    /// <summary>Scores all rows.</summary>
    /// <param name="adapter">The matrices; null for the base model alone.</param>
    /// <param name="progress">Told how many rows are done.</param>
    /// <param name="cancellation">Stops between two engine runs.</param>
    /// <param name="refuse">The error for a row whose scores are not numbers; null: one that blames weights or adapter.</param>
    /// <exception cref="FineTuneException">The scores of a row are not numbers.</exception>
    public EvaluationResult Evaluate(
        AdapterTensors? adapter,
        Action<int>? progress,
        CancellationToken cancellation,
        Func<EncodedExample, FineTuneException>? refuse = null
    )
    {
        var scored = new ScoredExample[_rows.Count];
        var done = 0;
        foreach (var batch in _batches)
        {
            cancellation.ThrowIfCancellationRequested();
            Score(batch, adapter, scored, refuse ?? Damaged);
            done += batch.Length;
            progress?.Invoke(done);
        }

        return new EvaluationResult(scored, _choices);
    }

    /// <summary>What is said of a row whose scores are not numbers.</summary>
    public static string NoNumbers(EncodedExample row) => $"{row.Place}: the scores of this row are not numbers";

    /// <summary>The error for a row whose scores are not numbers, when nothing was trained.</summary>
    public static FineTuneException Damaged(EncodedExample row) =>
        new(
            $"{NoNumbers(row)}: the weights or the adapter are damaged. Compare the files with those of the place they came from.",
            FineTuneFailure.Input
        );

    private void Score(
        IReadOnlyList<int> batch,
        AdapterTensors? adapter,
        ScoredExample[] scored,
        Func<EncodedExample, FineTuneException> refuse
    )
    {
        if (_packed is not null)
        {
            foreach (var (index, numbers) in batch.Zip(_packed.Score(batch, adapter, Cache)))
            {
                Require(numbers.Scores, _rows[index], refuse);
                scored[index] = Read(_rows[index], _examples[index], numbers);
            }

            return;
        }

        var examples = batch.Select(index => _examples[index]).ToArray();
        var form = FormOf(examples);
        var feed = StepFeed.Create(form, examples, 1, _model.Model.Engine.Traits.Lengths);
        var inputs = new Dictionary<string, HostTensor>(feed.Inputs, StringComparer.Ordinal);
        adapter?.AddTo(inputs);
        Cache?.AddTo(inputs, feed, batch);
        var outputs = _model.Score.Run(inputs);
        var values = outputs[ProgramNames.LogProbabilities].Floats;
        var largest = outputs.GetValueOrDefault(ProgramNames.LargestLogProbabilities)?.Floats;
        var read = form.IsTree()
            ? ScoresOfTrees(batch, examples, values, largest, feed.Inputs[ProgramNames.CandidateIds].Shape[1])
            : Sums(form, examples, values, largest);
        for (var i = 0; i < batch.Count; i++)
        {
            Require(read[i].Scores, _rows[batch[i]], refuse);
            scored[batch[i]] = Read(_rows[batch[i]], examples[i], read[i]);
        }
    }

    private static void Require(double[] scores, EncodedExample row, Func<EncodedExample, FineTuneException> refuse)
    {
        if (!scores.All(double.IsFinite))
        {
            throw refuse(row);
        }
    }

    /// <summary>For every example the summed log-probability of each candidate answer.</summary>
    private static RowScores[] Sums(StepLossKind form, PromptExample[] examples, float[] values, float[]? largest)
    {
        var sums = examples.Select(example => new double[Math.Max(example.Choices.Length, 1)]).ToArray();
        var isSaid = Enumerable.Repeat(true, examples.Length).ToArray();
        if (form == StepLossKind.Choices)
        {
            for (var i = 0; i < examples.Length; i++)
            {
                var row = values.AsSpan(i * sums[i].Length, sums[i].Length);
                for (var choice = 0; choice < row.Length; choice++)
                {
                    sums[i][choice] = row[choice];
                }

                isSaid[i] = row[LabelOf(examples[i])] >= largest?[i];
            }
        }
        else
        {
            AddTokens(form, examples, values, largest, sums, isSaid);
        }

        return [.. sums.Select((row, i) => new RowScores(row, row[LabelOf(examples[i])], largest is null ? null : isSaid[i]))];
    }

    /// <summary>Rows lie choice by choice, example by example; each has one value an answer token.</summary>
    private static void AddTokens(
        StepLossKind form,
        PromptExample[] examples,
        float[] values,
        float[]? largest,
        double[][] sums,
        bool[] isSaid
    )
    {
        var next = 0;
        var choices = examples.Max(example => StepFeed.RowsOf(form, example));
        for (var choice = 0; choice < choices; choice++)
        {
            for (var i = 0; i < examples.Length; i++)
            {
                var length =
                    !form.HasRowPerChoice() ? examples[i].Answer.Length
                    : choice < examples[i].Choices.Length ? examples[i].Choices[choice].Length
                    : 0;
                for (var token = 0; token < length; token++, next++)
                {
                    sums[i][choice] += values[next];
                    if (choice == LabelOf(examples[i]))
                    {
                        isSaid[i] &= values[next] >= largest?[next];
                    }
                }
            }
        }
    }

    private static int LabelOf(PromptExample example) => example.Choices.Length == 0 ? 0 : example.Label;

    /// <summary>
    /// Examples with as many rows each. Merges over the border of a prompt can make the tree of one row another: what it lacks is a row of
    /// which nothing is asked.
    /// </summary>
    private static PromptExample[] SameRows(PromptExample[] examples)
    {
        var most = examples.Length == 0 ? 0 : examples.Max(example => example.Rows.Count);
        return
        [
            .. examples.Select(example =>
                example.Rows.Count == most || example.Rows.Count == 0
                    ? example
                    : example with
                    {
                        Rows =
                        [
                            .. example.Rows,
                            .. Enumerable.Repeat(new ChoiceRow(example.Rows[0].Tokens, []), most - example.Rows.Count),
                        ],
                    }
            ),
        ];
    }

    /// <summary>
    /// For every example the log-probability of each word among all, and the summed log-probability of the right one's tokens.
    /// </summary>
    private RowScores[] ScoresOfTrees(IReadOnlyList<int> batch, PromptExample[] examples, float[] values, float[]? largest, int most)
    {
        var points = examples.Select(_ => new List<double[]>()).ToArray();
        var answers = new double[examples.Length];
        var isSaid = Enumerable.Repeat(true, examples.Length).ToArray();
        var row = 0;
        for (var way = 0; way < examples[0].Rows.Count; way++)
        {
            for (var i = 0; i < examples.Length; i++)
            {
                foreach (var point in examples[i].Rows[way].Points)
                {
                    double[] read = [.. values.Skip(row * most).Take(point.Candidates.Length).Select(value => (double)value)];
                    if (way > 0)
                    {
                        points[i].Add(read);
                    }
                    else
                    {
                        answers[i] += read[0];
                        isSaid[i] &= read[0] >= largest?[row];
                    }

                    row++;
                }
            }
        }

        return
        [
            .. points.Select(
                (read, i) => new RowScores(_rows[batch[i]].Tree!.Scores(read), answers[i], largest is null ? null : isSaid[i])
            ),
        ];
    }

    private static ScoredExample Read(EncodedExample row, PromptExample example, RowScores read)
    {
        if (example.Choices.Length == 0)
        {
            return new ScoredExample(row.LineNumber, null, null, [], read.Answer, example.Answer.Length) { Text = row.Question };
        }

        // Words of a tree have their share of the probability; tokens of other choices are weighed here.
        double[] scores =
            example.Rows.Count > 0
                ? read.Scores
                :
                [
                    .. read.Scores.Select(
                        (sum, choice) => example.TokenWeights is { } weights ? sum * weights[choice] : sum / example.Choices[choice].Length
                    ),
                ];
        return new ScoredExample(
            row.LineNumber,
            example.Label,
            Array.IndexOf(scores, scores.Max()),
            scores,
            read.Answer,
            example.Choices[example.Label].Length
        )
        {
            Text = row.Text,
            Choices = row.OwnChoices,
            IsSaid = read.IsSaid,
        };
    }

    private static StepLossKind FormOf(PromptExample[] examples) =>
        examples[0].Choices.Length == 0 ? StepLossKind.Tokens
        : examples[0].Rows.Count > 0 ? StepLossKind.ChoiceBranches
        : examples.All(example => example.Choices.Length == examples[0].Choices.Length && example.Choices.All(choice => choice.Length == 1))
            ? StepLossKind.Choices
        : StepLossKind.RowChoices;

    /// <summary>Rows of similar length, as many as the tokens to compute and, beside them, the cached tokens to join allow.</summary>
    private IEnumerable<int[]> Batches(int maxTokensPerRun)
    {
        var form = FormOf(_examples);
        var repeats = _examples.Max(example => StepFeed.RowsOf(form, example));
        var mostTokens = _examples.Max(example => StepFeed.TokensOf(form, example));
        return LengthBatches.Of(
            Enumerable.Range(0, _rows.Count),
            index => _rows[index].Length,
            (count, longest) =>
                count <= RowsPerRun
                && (long)count * repeats * Math.Min(mostTokens, _rows[longest].Length) <= maxTokensPerRun
                && (long)count * _examples[longest].SuffixStart <= maxTokensPerRun
        );
    }
}
