using MobiZO.Adapted;
using MobiZO.Data;
using MobiZO.Initialization;
using MobiZO.Optimization;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Feeding;

namespace MobiZO.Training;

/// <summary>The training rows as examples of the step program, and which of them the run will see.</summary>
internal sealed class StepExamples
{
    private readonly DecidedOptions _options;
    private readonly AdapterStart _start;

    private readonly EngineTraits _traits;

    public StepExamples(RunRows rows, DecidedOptions options, AdapterStart start, EngineTraits traits)
    {
        (_options, _start, _traits) = (options, start, traits);
        All = [.. rows.Train.Select(ExampleOf)];
        Order =
            options.Run.ClassWeights == ClassWeights.Balanced
                ? new ExampleOrder(
                    BalancedDraws.Of([.. rows.Train.Select(row => row.Label!.Value)]),
                    options.Run.ExamplesInForce,
                    options.Run.Seed
                )
                : new ExampleOrder(All.Count, options.Run.ExamplesInForce, options.Run.Seed);
        ReadFirst = options.ReadsPrompts
            ? new ExampleOrder(All.Count, Math.Min(All.Count, DiscriminantInitialization.MostExamples), options.Run.Seed).IndicesOf(0)
            : [];
    }

    /// <summary>One example a row.</summary>
    public IReadOnlyList<PromptExample> All { get; }

    /// <summary>Which of them a step sees.</summary>
    public ExampleOrder Order { get; }

    /// <summary>The examples that decide A: the first that the run sees; empty when A is drawn at random.</summary>
    public IReadOnlyList<int> ReadFirst { get; }

    /// <summary>The examples that the run will see: of a large file only a part, and only their prompts are worth computing.</summary>
    public IReadOnlyCollection<int> Used =>
        (long)_options.Run.StepsInForce * Order.ExamplesPerStep >= Order.Count
            ? [.. Enumerable.Range(0, All.Count)]
            : [.. Enumerable.Range(0, _options.Run.StepsInForce).SelectMany(step => Order.IndicesOf(step)).Concat(ReadFirst).Distinct()];

    /// <summary>Tokens of a row of the run's steps, where the step's program is shorter for them; null otherwise.</summary>
    /// <remarks>
    /// That program may join the new keys of all copies in one product: then an overflow in one copy spoils the others, and the search for
    /// a learning rate tries distances that overflow.
    /// </remarks>
    public int? RowTokens =>
        _options.Run.Optimizer.ProbeLearningRate && !_traits.AreCopiesIndependent ? null : RowTokensOf(_options.Loss, _start.Prompt, All);

    /// <summary>
    /// Tokens of a row of a step when all rows have as many and the step's program is shorter for that number (1, behind cached prompts);
    /// null otherwise.
    /// </summary>
    public static int? RowTokensOf(StepLossKind loss, PrefixKind prompt, IEnumerable<PromptExample> examples) =>
        prompt == PrefixKind.KeyValues && examples.All(example => StepFeed.TokensOf(loss, example) == 1) ? 1 : null;

    /// <summary>What the programs of the run's steps will see.</summary>
    public Extents Extents
    {
        get
        {
            var optimizer = _options.Run.Optimizer;
            var step = optimizer.Plan;
            return StepExtents.Of(
                _options.Loss,
                All,
                Order.ExamplesPerStep,
                _traits.Lengths,
                optimizer.ProbeLearningRate ? [step, LearningRateProbe.Line] : [step]
            );
        }
    }

    /// <summary>What an engine with static shapes compiles for the rows of the run; null: shapes are of no matter to it.</summary>
    public string? Lengths
    {
        get
        {
            if (_traits.Lengths == LengthGrid.Exact)
            {
                return null;
            }

            string List(Func<PromptExample, int> lengthOf) =>
                string.Join(", ", All.Select(example => _traits.Lengths.Fit(lengthOf(example))).Distinct().Order());
            var rows = List(example => StepFeed.TokensOf(_options.Loss, example));
            return _start.Prompt == PrefixKind.Tokens
                ? $"The engine's shapes are static: rows are padded to {rows} tokens, and programs compiled for each."
                : $"The engine's shapes are static: kept prompts are padded to {List(example => Math.Max(1, example.SuffixStart))} tokens, "
                    + $"rows behind them to {rows}, and programs compiled for each.";
        }
    }

    private PromptExample ExampleOf(EncodedExample row) =>
        _options.Loss == StepLossKind.Tokens
            ? new PromptExample(row.PromptIds, _start.TokenOf(row), row.AnswerIds, [], row.Label ?? 0)
            : new PromptExample(row.PromptIds, _start.TokenOf(row), [], row.ChoiceIds, row.Label ?? 0)
            {
                Rows = _options.Loss.IsTree()
                    ? [row.Tree!.ToLearn(row.Label ?? 0, _options.Loss == StepLossKind.ChoiceBranchesAndTokens)]
                    : [],
                TokenWeights = row.TokenWeights,
                TokenShare = _options.Loss == StepLossKind.ChoiceBranchesAndTokens ? (float)_options.Run.TokenShareInForce : 0,
            };
}
