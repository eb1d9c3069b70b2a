using MobiZO.Adapted;
using MobiZO.Data;
using MobiZO.PrefixCache;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Feeding;

namespace MobiZO.Evaluation;

/// <summary>Scores rows of several choices with all of them behind one prompt: a row of the engine each, however many there are.</summary>
internal sealed class PackedScorer
{
    // Logits of the whole vocabulary at every point would soon be most of the memory.
    private const int TokensOfPoint = 4;

    // 256 MB of fp32 numbers that one run of the engine makes of packed rows.
    private const long MostNumbers = 1L << 26;

    private readonly AdaptedModel _model;
    private readonly IReadOnlyList<EncodedExample> _rows;
    private readonly PromptExample[] _examples;
    private readonly PackedRow[] _packed;
    private readonly bool _isTree;
    private readonly long _mostNumbers;

    private PackedScorer(AdaptedModel model, IReadOnlyList<EncodedExample> rows, PromptExample[] examples, PackedRow[] packed)
    {
        (_model, _rows, _examples, _packed) = (model, rows, examples, packed);
        _isTree = examples[0].Rows.Count > 0;
        _mostNumbers = examples.Zip(packed, NumbersOf).Max();
    }

    /// <summary>
    /// Packs rows; null where they cannot be packed (<see cref="Fits"/>), or would be too large and are smaller as rows of their own.
    /// </summary>
    /// <param name="model">The adapted model.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="examples">Their examples.</param>
    /// <param name="mostNumbers">Most numbers of a row.</param>
    public static PackedScorer? Create(
        AdaptedModel model,
        IReadOnlyList<EncodedExample> rows,
        PromptExample[] examples,
        long mostNumbers = MostNumbers
    )
    {
        if (!Fits(model, rows))
        {
            return null;
        }

        PackedRow? last = null;
        var packed = new PackedRow[examples.Length];
        for (var i = 0; i < examples.Length; i++)
        {
            // Label words are the same for nearly every row.
            var ways = WaysOf(examples[i]);
            packed[i] = last = last is not null && AreSame(last.Ways, ways) ? last : new PackedRow(ways);
        }

        var scorer = new PackedScorer(model, rows, examples, packed);
        return scorer._mostNumbers <= mostNumbers || scorer._mostNumbers <= examples.Max(scorer.NumbersApart) ? scorer : null;
    }

    /// <summary>
    /// Whether the rows can be packed: they have several choices of which one has several tokens, the engine lets tokens see what they are
    /// told to, prompts are not kept as hidden states of whole rows, and no layer sees less than a row.
    /// </summary>
    /// <param name="model">The adapted model.</param>
    /// <param name="rows">The rows.</param>
    public static bool Fits(AdaptedModel model, IReadOnlyList<EncodedExample> rows) =>
        model.Model.Engine.Traits.HasTrees
        && model.Start.Prompt != PrefixKind.Hidden
        && model.Start.Layer == 0
        && rows.All(row => row.ChoiceIds.Length > 1)
        && !rows.All(row => AdapterStart.AreSingleRows(row.ChoiceIds))
        && rows.Max(row => row.Length) <= (model.Model.Assembler.Model.Layers.Min(layer => layer.Attention.Window ?? int.MaxValue));

    /// <summary>The program that scores them.</summary>
    public IProgramSession Program => _model.ScoreTrees(!_isTree);

    /// <summary>Rows of similar length, as many as the tokens to compute and, beside them, the cached tokens to join allow.</summary>
    /// <param name="maxTokensPerRun">Most tokens of one engine run.</param>
    /// <param name="maxRows">Most rows of one.</param>
    public IEnumerable<int[]> Batches(int maxTokensPerRun, int maxRows)
    {
        var mostTokens = _examples.Zip(_packed, TreeFeed.TokensOf).Max();
        var mostStart = _examples.Max(example => example.SuffixStart);
        int LengthOf(int index) => _examples[index].Prompt.Length + _packed[index].Tokens.Count;
        return LengthBatches.Of(
            Enumerable.Range(0, _examples.Length),
            LengthOf,
            (count, longest) =>
                count <= maxRows
                && (long)count * Math.Min(mostTokens, LengthOf(longest)) <= maxTokensPerRun
                && (long)count * Math.Min(mostStart, LengthOf(longest)) <= maxTokensPerRun
                && count * _mostNumbers <= MostNumbers
                && (_isTree || (long)count * _packed[longest].Points.Count * TokensOfPoint <= maxTokensPerRun)
        );
    }

    /// <summary>
    /// For every example of a batch what each choice scores - the log-probability of its word among all, or the summed log-probability of
    /// its tokens - and the summed log-probability of the right one's tokens.
    /// </summary>
    /// <param name="batch">Indices of the examples.</param>
    /// <param name="adapter">The matrices; null for the base model alone.</param>
    /// <param name="cache">The frozen parts of the rows; null when there are none.</param>
    public IEnumerable<RowScores> Score(IReadOnlyList<int> batch, AdapterTensors? adapter, PrefixStore? cache)
    {
        var feed = TreeFeed.Create(
            [.. batch.Select(index => _examples[index])],
            [.. batch.Select(index => _packed[index])],
            hasSpoken: _isTree
        );
        var inputs = new Dictionary<string, HostTensor>(feed.Inputs, StringComparer.Ordinal);
        adapter?.AddTo(inputs);
        cache?.AddTo(inputs, feed.TokensPerRow, batch);
        var outputs = Program.Run(inputs);
        var logProbabilities = outputs[ProgramNames.LogProbabilities].Floats;
        var largest = outputs.GetValueOrDefault(ProgramNames.LargestLogProbabilities)?.Floats;
        return _isTree
            ? Trees(batch, feed, outputs[ProgramNames.ChoiceLogits].Floats, logProbabilities, largest)
            : Sums(batch, feed, logProbabilities, largest);
    }

    /// <summary>
    /// The most numbers that a layer or the head makes of a packed row: scores of every token with every token, and the row of the head for
    /// every candidate of every point, padding included, or the logits of the whole vocabulary at the points.
    /// </summary>
    private long NumbersOf(PromptExample example, PackedRow packed)
    {
        var config = _model.Model.Checkpoint.Config;
        var points = (long)packed.Points.Count;
        return Math.Max(
            ScoresOf(TreeFeed.TokensOf(example, packed), example.SuffixStart),
            _isTree ? points * packed.Points.Max(point => point.Candidates.Count) * config.HiddenSize : points * config.VocabularySize
        );
    }

    /// <summary>The same where every way is a row of its own.</summary>
    private long NumbersApart(PromptExample example)
    {
        var ways = WaysOf(example);
        var tokens = example.Prompt.Length - example.SuffixStart + ways.Max(way => way.Tokens.Length);
        return Math.Max(
            ways.Count * ScoresOf(tokens, example.SuffixStart),
            (long)ways.Sum(way => way.Points.Count) * _model.Model.Checkpoint.Config.VocabularySize
        );
    }

    private long ScoresOf(long tokens, int cached) =>
        _model.Model.Assembler.Model.Layers.Max(layer => layer.Attention.Heads) * tokens * (cached + tokens);

    private IEnumerable<RowScores> Trees(IReadOnlyList<int> batch, TreeFeed feed, float[] logits, float[] spoken, float[]? largest)
    {
        var next = 0;
        for (var i = 0; i < batch.Count; i++)
        {
            var ways = _packed[batch[i]].Ways;
            var (answer, isSaid) = (0.0, true);
            for (var token = 0; token < ways[0].Points.Count; token++, next++)
            {
                answer += spoken[next];
                isSaid &= spoken[next] >= largest?[next];
            }

            var values = new List<double[]>();
            for (var way = 1; way < ways.Count; way++)
            {
                for (var point = 0; point < ways[way].Points.Count; point++)
                {
                    values.Add([
                        .. Enumerable
                            .Range(0, ways[way].Points[point].Candidates.Length)
                            .Select(candidate => (double)logits[feed.PlaceOf(i, way, point, candidate)]),
                    ]);
                }
            }

            yield return new RowScores(_rows[batch[i]].Tree!.Scores(values), answer, largest is null ? null : isSaid);
        }
    }

    private IEnumerable<RowScores> Sums(IReadOnlyList<int> batch, TreeFeed feed, float[] logProbabilities, float[]? largest)
    {
        for (var i = 0; i < batch.Count; i++)
        {
            var ways = _packed[batch[i]].Ways;
            var (sums, label, isSaid) = (new double[ways.Count], _examples[batch[i]].Label, true);
            for (var way = 0; way < ways.Count; way++)
            {
                for (var point = 0; point < ways[way].Points.Count; point++)
                {
                    var place = feed.PlaceOf(i, way, point, 0);
                    sums[way] += logProbabilities[place];
                    isSaid &= way != label || logProbabilities[place] >= largest?[place / feed.Columns];
                }
            }

            yield return new RowScores(sums, sums[label], largest is null ? null : isSaid);
        }
    }

    /// <summary>The rows of a tree, or a way for every choice with each of its tokens asked for.</summary>
    private static IReadOnlyList<ChoiceRow> WaysOf(PromptExample example) =>
        example.Rows.Count > 0
            ? example.Rows
            :
            [
                .. example.Choices.Select(choice => new ChoiceRow(
                    choice[..^1],
                    [.. choice.Index().Select(pair => new ChoicePoint(pair.Index, [pair.Item], 0))]
                )),
            ];

    private static bool AreSame(IReadOnlyList<ChoiceRow> one, IReadOnlyList<ChoiceRow> other) =>
        one.Count == other.Count
        && one.Zip(other)
            .All(pair =>
                ReferenceEquals(pair.First, pair.Second)
                || (
                    pair.First.Tokens.AsSpan().SequenceEqual(pair.Second.Tokens)
                    && pair.First.Points.Count == pair.Second.Points.Count
                    && pair.First.Points.Zip(pair.Second.Points)
                        .All(points =>
                            points.First.Offset == points.Second.Offset
                            && points.First.Candidates.AsSpan().SequenceEqual(points.Second.Candidates)
                        )
                )
            );
}
