using System.Diagnostics;
using MobiZO.Adapters;
using MobiZO.Data;
using MobiZO.Evaluation;
using MobiZO.Models;
using MobiZO.Optimization;
using MobiZO.Probing;
using MobiZO.Runs;

namespace MobiZO.Training;

/// <summary>
/// A run that makes a probe: prompts are read, layer and strength are chosen on the training rows, and all of them are fitted.
/// </summary>
internal sealed class ProbeTraining
{
    // Layer and strength are chosen on these; of further rows only the chosen layer is read.
    private const int MostRowsToChoose = 2000;

    private readonly FineTuneOptions _options;
    private readonly IProgress<TrainingEvent>? _progress;
    private readonly CancellationToken _cancellation;

    private ProbeTraining(FineTuneOptions options, IProgress<TrainingEvent>? progress, CancellationToken cancellation) =>
        (_options, _progress, _cancellation) = (options, progress, cancellation);

    /// <summary>Makes the probe and writes the run folder.</summary>
    /// <param name="options">The run.</param>
    /// <param name="progress">Told what happens; may be null.</param>
    /// <param name="cancellation">Stops the run; nothing is left to go on with.</param>
    /// <exception cref="FineTuneException">Rows, options and model do not fit together.</exception>
    public static FineTuneResult Run(FineTuneOptions options, IProgress<TrainingEvent>? progress, CancellationToken cancellation) =>
        new ProbeTraining(options, progress, cancellation).Run();

    private FineTuneResult Run()
    {
        var watch = Stopwatch.StartNew();
        using var model = LocalModel.Open(
            _options.Model,
            _options.Engine with
            {
                CacheProgress = new StageReport(_progress, "preparing weights", _cancellation, _options.Engine.CacheProgress),
                Warnings = _options.Engine.Warnings ?? new WarningReport(_progress),
            }
        );
        var rows = RunRows.Read(_options, model);
        RequireLabels(rows);
        rows.TellNotes(_progress);
        RequireRoom(rows.Train.Count, model.Checkpoint.Config.HiddenSize);
        if (HasSettingsOfSteps(_options))
        {
            _progress?.Report(new RunNote("A probe takes no steps: Steps, adapter and optimiser are left aside.", IsWarning: true));
        }

        var folder = new RunFolder(_options.Output);
        folder.WriteConfig(_options with { Data = rows.Data, Engine = _options.Engine with { Weights = model.Weights } });
        var head = Fit(model, rows);
        EvaluationResult? last = null;
        EvaluationPoint? test = null;
        using (var scorer = new ProbeScorer(model, head, rows.Choices, _options.TokensPerRunInForce))
        {
            last = rows.Eval.Count == 0 ? null : Score(scorer, rows.Eval, rows.Names);
            if (last is not null)
            {
                _progress?.Report(new EvaluationCompleted(0, last, IsBest: true));
            }

            test = _options.TestData is null ? null : Score(scorer, rows.ReadTest(), rows.Names).At(0);
        }

        head.Save(folder.ProbeFile);
        var result = new FineTuneResult
        {
            End = RunEnd.Completed,
            Method = TrainingMethod.Probe,
            Steps = 0,
            SkippedSteps = 0,
            Evaluations = last is null ? [] : [last.At(0)],
            LastRows = last,
            Test = test,
            AdapterFolder = folder.ProbeFile,
            BestAdapterFolder = folder.ProbeFile,
            Seconds = watch.Elapsed.TotalSeconds,
            StepSeconds = 0,
            PeakMemoryBytes = ProcessMemory.Peak(),
        };
        RunFolder.WriteJson(folder.ReportFile, result);
        return result;
    }

    private EvaluationResult Score(ProbeScorer scorer, IReadOnlyList<EncodedExample> rows, IReadOnlyList<string> choices) =>
        ProbeEvaluation.Of(
            scorer,
            rows,
            choices,
            done => _progress?.Report(new StageProgress("evaluating", done, rows.Count)),
            _cancellation
        );

    private ProbeHead Fit(LocalModel model, RunRows rows)
    {
        // Which rows choose is drawn by the seed: a file may be sorted by label.
        EncodedExample[] all =
        [
            .. new ExampleOrder(rows.Train.Count, rows.Train.Count, _options.Seed).IndicesOf(0).Select(index => rows.Train[index]),
        ];
        int[] labels = [.. all.Select(row => row.Label!.Value)];
        var choosing = Math.Min(all.Length, MostRowsToChoose);
        void Tell(int done) => _progress?.Report(new StageProgress("reading prompts for the probe", done, all.Length));
        ProbeFit fit;
        float[][] chosen;
        using (var states = new PromptStates(model, ProbeLayers.Of(model.Checkpoint.Config.LayerCount, 0), _options.TokensPerRunInForce))
        {
            var read = states.Read(all[..choosing], Tell, _cancellation);
            _progress?.Report(new StageProgress("choosing layer and strength", 0, 1));
            fit = ProbeFit.Choose(read, labels[..choosing], rows.Choices.Count, _cancellation);
            _progress?.Report(new StageProgress("choosing layer and strength", 1, 1));
            chosen = read[fit.Layer];
        }

        if (choosing < all.Length)
        {
            using var states = new PromptStates(model, [fit.Layer], _options.TokensPerRunInForce);
            var rest = states.Read(all[choosing..], done => Tell(choosing + done), _cancellation)[fit.Layer];
            fit = fit.Refit([.. chosen, .. rest], labels, rows.Choices.Count, _cancellation);
        }

        _progress?.Report(
            new RunNote(
                FormattableString.Invariant(
                    $"The probe reads layer {fit.Layer} of {model.Checkpoint.Config.LayerCount}, penalty {fit.Penalty}: "
                ) + FormattableString.Invariant($"{fit.CrossValidated:P1} of the training rows in cross-validation."),
                IsWarning: false
            )
        );
        return new ProbeHead(fit.Probe)
        {
            Layer = fit.Layer,
            Words = rows.Choices,
            Penalty = fit.Penalty,
            Base = BaseIdentity.Of(model.Checkpoint, _options.Engine.CacheFolderInForce),
        };
    }

    private static bool HasSettingsOfSteps(FineTuneOptions options) =>
        options.Steps is not null
        || options.Epochs is not null
        || options.Patience is not null
        || options.ExamplesPerStep is not null
        || options.Adapter != new AdapterOptions()
        || options.Optimizer != new OptimizerOptions();

    /// <summary>All rows of the chosen layer are held at once: as read, scaled to one length, and by their spread.</summary>
    private static void RequireRoom(int rows, int hidden)
    {
        const int Copies = 3;
        var (bytes, available) = ((double)Copies * rows * hidden * sizeof(float), StepRoom.Available);
        if (rows > MostRowsToChoose && bytes > available)
        {
            throw new FineTuneException(
                FormattableString.Invariant(
                    $"A probe of {rows} rows needs about {bytes / (1L << 30):0.0} GB of memory, and the machine has "
                ) + FormattableString.Invariant($"{available / (double)(1L << 30):0.0} GB. Set DataOptions.MaxRows."),
                FineTuneFailure.Settings
            );
        }
    }

    private static void RequireLabels(RunRows rows)
    {
        var found =
            rows.Labels < 2 || rows.Eval.Any(row => row.Label is null) ? "rows without label words"
            : rows.Train.Count < ProbeFit.LeastRows ? FormattableString.Invariant($"{rows.Train.Count} training rows")
            : rows.Train.DistinctBy(row => row.Label).Count() < 2 ? "training rows of one label"
            : null;
        if (found is not null)
        {
            throw new FineTuneException(
                $"FineTuneOptions.Method Probe tells labels apart: expected at least {ProbeFit.LeastRows} training rows of two label "
                    + $"words, found {found}. Give DataOptions.Choices or DataOptions.LabelWords and rows of every "
                    + "label, or train an adapter.",
                FineTuneFailure.Settings
            );
        }
    }
}
