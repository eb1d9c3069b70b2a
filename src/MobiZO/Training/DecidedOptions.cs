using MobiZO.Adapted;
using MobiZO.Data;
using MobiZO.Initialization;
using MobiZO.Optimization;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Ops;

namespace MobiZO.Training;

/// <summary>The second stage of a run: its options with everything decided that depends on the rows.</summary>
internal sealed record DecidedOptions
{
    private DecidedOptions(FineTuneOptions run, DecidedAdapter adapter, StepLossKind loss) => (Run, Adapter, Loss) = (run, adapter, loss);

    /// <summary>As options, with nothing left open: what the files of the run hold.</summary>
    public FineTuneOptions Run { get; private init; }

    /// <summary>The adapter.</summary>
    public DecidedAdapter Adapter { get; }

    /// <summary>The loss of a step.</summary>
    public StepLossKind Loss { get; }

    /// <summary>The loss as users name it.</summary>
    public LossKind LossKind => Loss == StepLossKind.Tokens ? LossKind.Tokens : LossKind.Choices;

    /// <summary>Whether the adapter's A is read from the training prompts.</summary>
    public bool ReadsPrompts => Adapter.Initialization == AdapterInitialization.Discriminant;

    /// <summary>Decides for the rows of a run.</summary>
    /// <exception cref="FineTuneException">The options do not fit the rows.</exception>
    public static DecidedOptions Of(FineTuneOptions options, RunRows rows)
    {
        // Unless it is asked for, no step sees a row twice.
        var isFreeText = !rows.HasChoices && options.Score is null;
        var examples = options.ExamplesPerStep ?? DefaultSteps.ExamplesOf(rows.Train.Count, options, isFreeText);
        var adapter = options.Adapter with { Scope = ChosenScope.Of(options.Adapter, rows).Scope };
        var steps = DefaultSteps.Of(options, RowsOfEpoch(options, rows), rows.Labels, examples, isFreeText);
        options = options with { TokenShare = options.TokenShare ?? UsualShare(options, rows) };
        var loss = LossOf(options, rows);
        if (options.ClassWeights != ClassWeights.None && rows.Labels == 0)
        {
            throw new FineTuneException(
                "FineTuneOptions.ClassWeights Balanced needs rows with labels: give DataOptions.Choices or DataOptions.LabelWords, or leave "
                    + "it out.",
                FineTuneFailure.Settings
            );
        }

        var decided = Of(
            options with
            {
                Steps = steps,
                Epochs = null,
                Patience = options.Patience ?? DefaultSteps.PatienceOf(options, rows.Labels, steps),
                ExamplesPerStep = examples,
                Adapter = adapter,
                TokenShare = loss == StepLossKind.ChoiceBranchesAndTokens ? options.TokenShareInForce : 0,
                Data = rows.Data with { Scoring = options.Data.Scoring ?? (rows.HasTrees ? ChoiceScoring.Branches : ChoiceScoring.Mean) },
            },
            rows.Labels,
            loss
        );
        return !decided.ReadsPrompts || rows.Labels >= 2
            ? decided
            : throw new FineTuneException(
                "AdapterOptions.Initialization Discriminant tells label words apart and needs one for every row: give "
                    + "DataOptions.Choices or DataOptions.LabelWords, or set it to Kaiming.",
                FineTuneFailure.Settings
            );
    }

    /// <summary>Decides for a number of label words; 0 for free answers.</summary>
    public static DecidedOptions Of(FineTuneOptions options, int labels, StepLossKind loss)
    {
        var adapter = DecidedAdapter.Of(options.Adapter, labels);
        var rate =
            adapter.IsDiscriminantUpperHalf && options.Optimizer.EstimatorInForce.IsNormalized() ? OptimizerOptions.UpperHalfLearningRate
            : options.Optimizer.Estimator == EstimatorKind.Guided && loss != StepLossKind.Tokens
                ? OptimizerOptions.GuidedChoicesLearningRate
            : options.Optimizer.RateOrDefault;
        return new DecidedOptions(
            options with
            {
                Adapter = adapter.ToOptions(),
                ExamplesPerStep = options.ExamplesInForce,
                Steps = options.StepsInForce,
                MaxTokensPerRun = options.TokensPerRunInForce,
                GradientMegabytes = options.GradientMegabytesInForce,
                Optimizer = options.Optimizer with
                {
                    LearningRate = options.Optimizer.LearningRate ?? rate,

                    // Exact gradients have none: a number here would be a setting of random directions for whoever changes the estimator.
                    Queries =
                        options.Optimizer.Estimator == EstimatorKind.Reverse ? options.Optimizer.Queries : options.Optimizer.QueriesInForce,
                },
            },
            adapter,
            loss
        );
    }

    /// <summary>The same options with another estimator or update, for comparisons.</summary>
    public DecidedOptions With(OptimizerOptions optimizer) => this with { Run = Run with { Optimizer = optimizer } };

    /// <summary>The same options with the learning rate that was found by trying.</summary>
    public DecidedOptions WithFound(float learningRate) =>
        this with
        {
            Run = Run with { Optimizer = Run.Optimizer with { LearningRate = learningRate, ProbeLearningRate = false } },
        };

    /// <summary>
    /// Measured: with these shares the model says the words that it ranks first, and ranks them as well; words of several tokens need more.
    /// Random directions would have to find both in the same few losses.
    /// </summary>
    private static double UsualShare(FineTuneOptions options, RunRows rows) =>
        options is { Optimizer.Estimator: EstimatorKind.Reverse, Score: null } && options.Loss != LossKind.Tokens && rows.HasTrees
            ? rows.HasSingleRows
                ? 0.1
                : 0.3
            : 0;

    /// <summary>Rows that the steps of one pass see: with class weights those of rare labels come several times.</summary>
    private static int RowsOfEpoch(FineTuneOptions options, RunRows rows) =>
        options.ClassWeights == ClassWeights.Balanced && rows.Labels > 0
            ? BalancedDraws.Of([.. rows.Train.Select(row => row.Label!.Value)]).Length
            : rows.Train.Count;

    private static StepLossKind LossOf(FineTuneOptions options, RunRows rows)
    {
        var (loss, share) = (options.Loss, options.TokenShareInForce);
        if (options.TokenShare > 0 && !rows.HasTrees)
        {
            throw new FineTuneException(
                rows.HasOwnChoices
                        ? "FineTuneOptions.TokenShare is a share beside the loss over label words, and these rows have choices of their "
                            + "own, whose loss has no such share: leave it out."
                    : !rows.HasChoices
                        ? "FineTuneOptions.TokenShare is a share beside the loss over label words, and these rows have free answers, whose "
                            + "loss is the token loss already: leave it out."
                    : "FineTuneOptions.TokenShare is a share beside the loss over label words that are scored by DataOptions.Scoring "
                        + $"Branches, and Scoring is {EnumNames.Of(rows.Data.Scoring ?? ChoiceScoring.Mean)}: leave one of them out.",
                FineTuneFailure.Settings
            );
        }

        if (loss == LossKind.Choices && !rows.HasChoices)
        {
            throw new FineTuneException(
                "FineTuneOptions.Loss Choices needs label words for every row: give DataOptions.Choices or DataOptions.LabelWords, or "
                    + "set it to Tokens.",
                FineTuneFailure.Settings
            );
        }

        return !rows.HasChoices || loss == LossKind.Tokens ? StepLossKind.Tokens
            : share > 0 && rows.HasTrees ? StepLossKind.ChoiceBranchesAndTokens
            : rows.HasSingleRows && rows.HasEqualChoices ? StepLossKind.Choices
            : rows.HasOwnChoices ? StepLossKind.RowChoices
            : rows.HasTrees ? StepLossKind.ChoiceBranches
            : StepLossKind.ChoiceSequences;
    }
}
