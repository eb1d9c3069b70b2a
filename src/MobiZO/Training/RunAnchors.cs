using System.Diagnostics;
using MobiZO.Data;
using MobiZO.Evaluation;
using MobiZO.Initialization;
using MobiZO.PrefixCache;
using MobiZO.Probing;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Feeding;

namespace MobiZO.Training;

/// <summary>Measures simpler ways to answer on the evaluation rows of a run, from the prompts that it has computed anyway.</summary>
internal sealed class RunAnchors
{
    // More training rows would take longer than they tell.
    private const int MostRows = 2000;

    private readonly PreparedRun _run;
    private readonly IProgress<TrainingEvent>? _progress;
    private readonly CancellationToken _cancellation;
    private readonly int[] _chosen;
    private readonly int[] _labels;
    private readonly int[] _layers;

    private RunAnchors(PreparedRun run, IProgress<TrainingEvent>? progress, CancellationToken cancellation)
    {
        (_run, _progress, _cancellation) = (run, progress, cancellation);

        // The rows that the run saw, those that A was read from first.
        _chosen = [.. run.Examples.ReadFirst.Concat(run.Examples.Used).Distinct().Take(MostRows)];
        _labels = [.. _chosen.Select(index => run.Rows.Train[index].Label!.Value)];
        _layers = ProbeLayers.Of(run.Model.Model.Checkpoint.Config.LayerCount, FirstLayer);
    }

    /// <summary>Whether prompts are kept in a form that a program of hidden states goes on from.</summary>
    private bool IsCached => _run.Model.Start.Prompt == PrefixKind.KeyValues;

    private int FirstLayer => IsCached ? _run.Model.Start.Layer : 0;

    private bool HasDiscriminant => _run.Options.ReadsPrompts && _run.Options.Run.Adapter.StartFrom is null;

    private bool HasProbe => _labels.Length >= ProbeFit.LeastRows && _labels.Distinct().Count() > 1;

    /// <summary>Whether there is something to compare: label words in every row, and rows to evaluate.</summary>
    public static bool Apply(PreparedRun run) =>
        run.Options.Run is { Anchors: true, Score: null }
        && run.Rows.Labels > 1
        && run.Evaluator is { } evaluator
        && evaluator.Rows.All(row => row.Label is not null);

    /// <summary>Measures all of them. Nothing of the run changes.</summary>
    /// <param name="run">A run that <see cref="Apply"/> holds of.</param>
    /// <param name="zeroShot">What the base model alone reached.</param>
    /// <param name="ours">What the run reached.</param>
    /// <param name="progress">Told how far it is; may be null.</param>
    /// <param name="cancellation">Stops between two engine runs.</param>
    public static Anchors Measure(
        PreparedRun run,
        Anchor zeroShot,
        EvaluationResult ours,
        IProgress<TrainingEvent>? progress,
        CancellationToken cancellation
    ) => new RunAnchors(run, progress, cancellation).Measure(zeroShot, ours);

    private Anchors Measure(Anchor zeroShot, EvaluationResult ours)
    {
        var watch = Stopwatch.StartNew();
        var (evaluator, metrics) = (_run.Evaluator!, ours.Metrics!);
        int[] right = [.. evaluator.Rows.Select(row => row.Label!.Value)];
        var train = new Dictionary<string, float[][]>();
        var eval = new Dictionary<string, float[][]>();
        if (HasProbe || HasDiscriminant)
        {
            (train, eval) = ReadStates(evaluator);
        }

        var probe = HasProbe
            ? ProbeFit.Choose(_layers.ToDictionary(layer => layer, layer => train[StreamOf(layer)]), _labels, Classes, _cancellation)
            : null;
        return new Anchors
        {
            Majority = new Anchor(metrics.Labels.Max(label => label.Rows), right.Length),
            MajorityWord = metrics.MajorityWord,
            ZeroShot = zeroShot,
            Discriminant = HasDiscriminant ? Count(right, Discriminant(train, eval)) : null,
            Probe = probe is null ? null : Count(right, row => probe.LabelOf(eval[StreamOf(probe.Layer)][row])),
            ProbeLayer = probe?.Layer,
            ProbeCrossValidated = probe?.CrossValidated,
            TrainingRows = _chosen.Length,
            Ours = new Anchor(ours.Correct, right.Length),
            Seconds = watch.Elapsed.TotalSeconds,
        };
    }

    private int Classes => _run.Rows.Choices.Count;

    private string StreamOf(int layer) => _run.Model.Model.Assembler.StreamOf(layer);

    private (Dictionary<string, float[][]> Train, Dictionary<string, float[][]> Eval) ReadStates(Evaluator evaluator)
    {
        using var program = _run.Model.Load(
            _run.Model.Model.Assembler.Streams(
                _layers,
                HasDiscriminant ? _run.Model.Layout : null,
                IsCached ? PrefixKind.KeyValues : PrefixKind.Tokens,
                FirstLayer
            )
        );
        PromptExample[] rows = [.. evaluator.Rows.Select(_run.Model.ForScoring)];
        var total = _chosen.Length + rows.Length;
        var train = Read(program, _run.Examples.All, _chosen, _run.TrainCache, 0, total);
        return (train, Read(program, rows, [.. Enumerable.Range(0, rows.Length)], evaluator.Cache, _chosen.Length, total));
    }

    private Dictionary<string, float[][]> Read(
        IProgramSession program,
        IReadOnlyList<PromptExample> examples,
        IReadOnlyList<int> chosen,
        PrefixStore? prompts,
        int before,
        int total
    ) =>
        new(
            PromptStatistics.Read(
                program,
                examples,
                chosen,
                IsCached ? prompts : null,
                _run.Options.Run.MaxTokensPerRun,
                _run.Model.Model.Engine.Traits.Lengths,
                done => _progress?.Report(new StageProgress("reading prompts for the anchors", before + done, total)),
                _cancellation
            ),
            StringComparer.Ordinal
        );

    private Func<int, int> Discriminant(Dictionary<string, float[][]> train, Dictionary<string, float[][]> eval)
    {
        // A was read from the first of the chosen rows; what it knows of labels is theirs.
        var read = _run.Examples.ReadFirst.Count;
        var means = new NearestMeans(
            _run.Adapter,
            _run.Model.Model.Assembler.InputOf,
            train.ToDictionary(pair => pair.Key, pair => pair.Value[..read], StringComparer.Ordinal),
            _labels[..read],
            Classes
        );
        return row => means.LabelOf(name => eval[name][row]);
    }

    private static Anchor Count(int[] right, Func<int, int> labelOf) =>
        new(right.Index().Count(pair => labelOf(pair.Index) == pair.Item), right.Length);
}
