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

    // All that decide A are in the first chunk.
    private const int ChunkRows = DiscriminantInitialization.MostExamples;

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

    private int Classes => _run.Rows.Choices.Count;

    private Anchors Measure(Anchor zeroShot, EvaluationResult ours)
    {
        var watch = Stopwatch.StartNew();
        int[] right = [.. _run.Evaluator!.Rows.Select(row => row.Label!.Value)];
        ProbeFit? probe = null;
        int[]? byProbe = null,
            byDiscriminant = null;
        if (HasProbe || HasDiscriminant)
        {
            using var program = Load();
            (probe, var means) = Fit(program, _chosen.Length + right.Length);
            (byProbe, byDiscriminant) = Answer(program, probe, means, _chosen.Length + right.Length);
        }

        return new Anchors
        {
            Majority = new Anchor(ours.Metrics!.Labels.Max(label => label.Rows), right.Length),
            MajorityWord = ours.Metrics.MajorityWord,
            ZeroShot = zeroShot,
            Discriminant = Count(right, byDiscriminant),
            Probe = Count(right, byProbe),
            ProbeLayer = probe?.Layer,
            ProbeCrossValidated = probe?.CrossValidated,
            TrainingRows = _chosen.Length,
            Ours = new Anchor(ours.Correct, right.Length),
            Seconds = watch.Elapsed.TotalSeconds,
        };
    }

    private string StreamOf(int layer) => _run.Model.Model.Assembler.StreamOf(layer);

    private IProgramSession Load() =>
        _run.Model.Load(
            _run.Model.Model.Assembler.Streams(
                _layers,
                HasDiscriminant ? _run.Model.Layout : null,
                IsCached ? PrefixKind.KeyValues : PrefixKind.Tokens,
                FirstLayer
            )
        );

    /// <summary>What is learned of the training rows.</summary>
    private (ProbeFit? Probe, NearestMeans? Means) Fit(IProgramSession program, int total)
    {
        NearestMeans? means = null;
        var streams = _layers.ToDictionary(layer => layer, _ => new List<float[]>());
        var read = 0;
        foreach (var states in Read(program, _run.Examples.All, _chosen, _run.TrainCache, 0, total))
        {
            if (HasDiscriminant && read == 0)
            {
                // The first rows are those that A was read from; what it knows of labels is theirs.
                var ofA = Math.Min(ChunkRows, _run.Examples.ReadFirst.Count);
                means = new NearestMeans(
                    _run.Adapter,
                    _run.Model.Model.Assembler.InputOf,
                    states.ToDictionary(pair => pair.Key, pair => pair.Value[..ofA], StringComparer.Ordinal),
                    _labels[..ofA],
                    Classes
                );
            }

            foreach (var (layer, rows) in streams)
            {
                rows.AddRange(states[StreamOf(layer)]);
            }

            read++;
        }

        var probe = HasProbe
            ? ProbeFit.Choose(streams.ToDictionary(pair => pair.Key, pair => pair.Value.ToArray()), _labels, Classes, _cancellation)
            : null;
        return (probe, means);
    }

    /// <summary>The label of every evaluation row by each; null for one that is not there.</summary>
    private (int[]? ByProbe, int[]? ByDiscriminant) Answer(IProgramSession program, ProbeFit? probe, NearestMeans? means, int total)
    {
        PromptExample[] examples = [.. _run.Evaluator!.Rows.Select(row => _run.Model.ForScoring(row))];
        var (byProbe, byDiscriminant) = (new List<int>(), new List<int>());
        int[] all = [.. Enumerable.Range(0, examples.Length)];
        foreach (var states in Read(program, examples, all, _run.Evaluator.Cache, _chosen.Length, total))
        {
            var rows = states.First().Value.Length;
            for (var row = 0; row < rows; row++)
            {
                if (probe is not null)
                {
                    byProbe.Add(probe.LabelOf(states[StreamOf(probe.Layer)][row]));
                }

                if (means is not null)
                {
                    byDiscriminant.Add(means.LabelOf(name => states[name][row]));
                }
            }
        }

        return (probe is null ? null : [.. byProbe], means is null ? null : [.. byDiscriminant]);
    }

    /// <summary>The states of rows, some at a time: those of a large file would not fit into memory together.</summary>
    private IEnumerable<IReadOnlyDictionary<string, float[][]>> Read(
        IProgramSession program,
        IReadOnlyList<PromptExample> examples,
        int[] chosen,
        PrefixStore? prompts,
        int before,
        int total
    )
    {
        foreach (var chunk in chosen.Chunk(ChunkRows))
        {
            var done = before;
            yield return PromptStatistics.Read(
                program,
                examples,
                chunk,
                IsCached ? prompts : null,
                _run.Options.Run.TokensPerRunInForce,
                _run.Model.Model.Engine.Traits.Lengths,
                rows => _progress?.Report(new StageProgress("reading prompts for the anchors", done + rows, total)),
                _cancellation
            );
            before += chunk.Length;
        }
    }

    private static Anchor? Count(int[] right, int[]? answers) =>
        answers is null ? null : new Anchor(right.Zip(answers).Count(pair => pair.First == pair.Second), right.Length);
}
