using MobiZO.Adapted;
using MobiZO.Adapters;
using MobiZO.Data;
using MobiZO.Evaluation;
using MobiZO.Models;
using MobiZO.PrefixCache;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Feeding;
using MobiZO.TestKit.Tiny;
using MobiZO.Tests.Training;

namespace MobiZO.Tests.Evaluation;

/// <summary>Rows with all their choices behind one prompt.</summary>
public sealed class PackedScorerTests
{
    private static readonly int[][] s_words =
    [
        [7],
        [5, 6],
        [8, 4, 3],
        [8, 4, 9],
    ];

    /// <summary>
    /// Packed rows behind cached prompts, with a trained adapter that acts on the last prompt tokens: each word scores as the answer of a
    /// row of its own does.
    /// </summary>
    [Theory]
    [InlineData(EngineCatalog.Reference)]
    [InlineData(EngineCatalog.OnnxRuntime)]
    public void WordsBehindCachedPromptsAreScoredAsAnswers(string engine)
    {
        using var cached = new CachedRun(engine);
        var scored = cached.Evaluate(s_rows, ["a", "b", "c", "d"]);
        for (var word = 0; word < s_words.Length; word++)
        {
            var free = cached.Answers(s_words[word]);
            for (var row = 0; row < s_rows.Length; row++)
            {
                Assert.Equal(free[row] / s_words[word].Length, scored.Examples[row].Scores[word], 1e-4);
            }
        }

        Assert.True(scored.Examples[0].Scores.Max() - scored.Examples[0].Scores.Min() > 1e-2);
    }

    /// <summary>
    /// The same of words that are one tree: at every place where words part the tokens that they go on with are compared, each as rows of
    /// their own have it.
    /// </summary>
    [Theory]
    [InlineData(EngineCatalog.Reference)]
    [InlineData(EngineCatalog.OnnxRuntime)]
    public void TreesBehindCachedPromptsAreScoredByTheirBranches(string engine)
    {
        using var cached = new CachedRun(engine);
        var tree = new ChoiceTree(s_words, end: null);
        EncodedExample[] rows = [.. s_rows.Select(row => row with { Tree = tree })];
        var scored = cached.Evaluate(rows, ["a", "b", "c", "d"]);

        double[][] first = [cached.Answers([7]), cached.Answers([5]), cached.Answers([8])];
        double[][] last = [cached.Answers([8, 4, 3]), cached.Answers([8, 4, 9])];
        double[][] words = [.. s_words.Select(cached.Answers)];
        static double Branch(double[][] values, int row, int taken) =>
            values[taken][row] - Math.Log(values.Sum(value => Math.Exp(value[row])));
        for (var row = 0; row < rows.Length; row++)
        {
            double[] expected =
            [
                Branch(first, row, 0),
                Branch(first, row, 1),
                Branch(first, row, 2) + Branch(last, row, 0),
                Branch(first, row, 2) + Branch(last, row, 1),
            ];
            Assert.Equal(expected, scored.Examples[row].Scores, (x, y) => Math.Abs(x - y) < 1e-4);
            Assert.Equal(words[rows[row].Label!.Value][row], scored.Examples[row].AnswerLogProbability, 1e-4);
            Assert.True(expected.Max() - expected.Min() > 1e-2);
        }
    }

    /// <summary>Many words that part at one place: the head makes a row of numbers for every one of them.</summary>
    [Fact]
    public void RowsThatAreTooLargeAreNotPacked()
    {
        using var run = new TinyRun();
        using var model = LocalModel.Open(run.Options.Model, run.Options.Engine);
        using var adapted = new AdaptedModel(model, adapter: null, hasSingleRows: false, RunStyle.OneByOne);
        var count = TinyTokenizer.Size / 2;
        int[][] words = [.. Enumerable.Range(0, count).Select(word => new[] { word, 1 })];
        EncodedExample[] rows = [WordRow.Of(1, words, [3, 6], 0) with { Tree = new ChoiceTree(words, end: null) }];
        PromptExample[] examples = [.. rows.Select(row => adapted.ForScoring(row, isTree: true))];
        var numbers = 2 * count * model.Checkpoint.Config.HiddenSize;

        Assert.NotNull(PackedScorer.Create(adapted, rows, examples));
        Assert.NotNull(PackedScorer.Create(adapted, rows, examples, numbers));
        Assert.Null(PackedScorer.Create(adapted, rows, examples, numbers - 1));

        // Where rows of their own would be no smaller, nothing is won by them.
        EncodedExample[] few = [s_rows[0] with { Tree = new ChoiceTree(s_words, end: null) }];
        Assert.NotNull(PackedScorer.Create(adapted, few, [adapted.ForScoring(few[0], isTree: true)], 1));
    }

    [Fact]
    public void RowsOfOneTokenOrOneAnswerAndAdaptersOfUpperLayersAreNotPacked()
    {
        using var run = new TinyRun();
        using var model = LocalModel.Open(run.Options.Model, run.Options.Engine);
        using var adapted = new AdaptedModel(model, adapter: null, hasSingleRows: false, RunStyle.OneByOne);
        Assert.True(PackedScorer.Fits(adapted, s_rows));
        Assert.False(
            PackedScorer.Fits(
                adapted,
                [
                    .. s_rows.Select(row =>
                        row with
                        {
                            ChoiceIds =
                            [
                                [7],
                                [5],
                            ],
                        }
                    ),
                ]
            )
        );
        Assert.False(PackedScorer.Fits(adapted, [.. s_rows, s_rows[0] with { ChoiceIds = [], Label = null }]));

        var module = model.Assembler.LinearModules[^1];
        Assert.Contains("layers.1.", module.Name, StringComparison.Ordinal);
        var upper = LoraAdapter.CreateFresh([(module.Name, module.InputSize, module.OutputSize)], rank: 2, alpha: 4, seed: 1);
        using var above = new AdaptedModel(model, upper, hasSingleRows: false, RunStyle.OneByOne);
        Assert.False(PackedScorer.Fits(above, s_rows));
    }

    private static readonly EncodedExample[] s_rows =
    [
        WordRow.Of(1, s_words, [3, 6, 4, 5], 2),
        WordRow.Of(2, s_words, [9, 9, 2, 6, 4, 5], 3),
        WordRow.Of(3, s_words, [4, 5], 1),
    ];

    /// <summary>
    /// A tiny model with a trained adapter that acts on the last two tokens of a prompt, and the frozen parts before them kept.
    /// </summary>
    private sealed class CachedRun : IDisposable
    {
        private readonly TinyRun _run;
        private readonly LocalModel _model;
        private readonly LoraAdapter _adapter;
        private readonly AdaptedModel _adapted;

        public CachedRun(string engine)
        {
            _run = new TinyRun(engine);
            _model = LocalModel.Open(_run.Options.Model, _run.Options.Engine);
            var fresh = LoraAdapter.CreateFresh(
                [.. _model.Assembler.LinearModules.Select(module => (module.Name, module.InputSize, module.OutputSize))],
                rank: 2,
                alpha: 8,
                seed: 3
            );
            _adapter = fresh.WithState([.. new PlainRandom(5).Normals(fresh.ToState().Length, 0.3)]) with { InvocationTokens = [4, 5] };
            _adapted = new AdaptedModel(_model, _adapter, hasSingleRows: false, RunStyle.OneByOne);
        }

        /// <summary>For every row the log-probability of an answer behind its prompt.</summary>
        public double[] Answers(int[] ids) =>
            [
                .. Evaluate([.. s_rows.Select(row => row with { ChoiceIds = [], AnswerIds = ids, Label = null })], [])
                    .Examples.Select(example => example.AnswerLogProbability),
            ];

        public EvaluationResult Evaluate(IReadOnlyList<EncodedExample> rows, IReadOnlyList<string> names)
        {
            Assert.Equal(names.Count > 0, PackedScorer.Fits(_adapted, rows));
            var options = new PrefixCacheOptions(PrefixCacheType.Fp32, MemoryBytes: 1 << 20, Folder: null, MaxTokensPerRun: 64);
            var evaluator = new Evaluator(_adapted, rows, names, examples => _adapted.OpenStore(examples, options), 64);
            using (evaluator.Cache)
            {
                Assert.NotNull(evaluator.Cache);
                return evaluator.Evaluate(AdapterTensors.Of(_adapter), null, CancellationToken.None);
            }
        }

        public void Dispose()
        {
            _adapted.Dispose();
            _model.Dispose();
            _run.Dispose();
        }
    }
}
