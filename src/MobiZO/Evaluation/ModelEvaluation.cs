using System.Diagnostics;
using MobiZO.Adapted;
using MobiZO.Adapters;
using MobiZO.Data;
using MobiZO.Models;
using MobiZO.PrefixCache;
using MobiZO.Probing;

namespace MobiZO.Evaluation;

/// <summary>Scores a data file with a model and, if one is given, an adapter.</summary>
public static class ModelEvaluation
{
    /// <summary>Opens model, adapter and rows, and scores every row.</summary>
    /// <param name="options">What is scored.</param>
    /// <param name="progress">Told how many rows are scored; may be null.</param>
    /// <param name="cancellation">Stops between two engine runs.</param>
    /// <exception cref="FineTuneException">The options are wrong, or adapter, model and rows do not fit together.</exception>
    public static Task<EvaluationReport> RunAsync(
        EvaluationOptions options,
        IProgress<EvaluationProgress>? progress = null,
        CancellationToken cancellation = default
    )
    {
        ArgumentNullException.ThrowIfNull(options);
        var errors = options.Validate();
        if (errors.Count > 0)
        {
            throw new FineTuneException(
                "The settings have errors:" + string.Concat(errors.Select(error => $"{Environment.NewLine}  {error}")),
                FineTuneFailure.Settings
            );
        }

        return Task.Run(() => Run(options, progress, cancellation), cancellation);
    }

    private static EvaluationReport Run(EvaluationOptions options, IProgress<EvaluationProgress>? progress, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        using var model = LocalModel.Open(options.Model, options.Engine);
        var head =
            options.Adapter is { } probe && ProbeHead.IsProbe(probe)
                ? ProbeHead.Load(probe, model.Checkpoint, options.IgnoreBaseMismatch, options.Engine.CacheFolderInForce)
                : null;
        var adapter =
            head is null && options.Adapter is { } path
                ? AdapterFiles.Load(path, model.Checkpoint, options.IgnoreBaseMismatch, options.Engine.CacheFolderInForce)
                : null;
        if (head is not null && options.Metric is not null)
        {
            throw new FineTuneException("Metric: a probe writes no text; leave EvaluationOptions.Metric out.", FineTuneFailure.Settings);
        }

        var found = DataFile.Read(options.DataFile, options.Data);
        if (options.Metric is not null)
        {
            RightAnswers.RequireColumn(found, options.Data);
        }

        // Runs say how they score words of several tokens; without one, every word is scored by itself.
        var data = model.Decide(options.Data with { Scoring = options.Data.Scoring ?? ChoiceScoring.Mean }, found, options.IsOfRun);
        var encoder = model.EncoderOf(data, options.Metric is not null);
        var read = encoder.Cut(found);
        var rows = encoder.Encode(new RowSampler(data).Choose(read));
        void Tell(int done) => progress?.Report(new EvaluationProgress(done, rows.Count));
        var result = head is null
            ? ScoreByModel(model, adapter, options, rows, encoder.Names, Tell, cancellation)
            : ScoreByProbe(model, head, options, rows, encoder, Tell, cancellation);
        var summary = DataSummary.Of(read.Count, rows, encoder.Names);
        return new EvaluationReport
        {
            Result = result,
            Data = summary,
            Seen = DecidedData.Describe(data, found, found[0].Origin.IsDocument ? read.Count : rows.Count),
            Warnings =
            [
                .. encoder.Notes,
                .. options.Metric is null && options.AnswerTokens != FineTuneOptions.UsualAnswerTokens
                    ? ["EvaluationOptions.AnswerTokens is of answers that EvaluationOptions.Metric compares, and none is asked for."]
                    : Array.Empty<string>(),
                .. options.Metric is null && RightAnswers.IsNamed(options.Data)
                    ? ["DataOptions.CompletionsColumn is of answers that EvaluationOptions.Metric compares, and none is asked for."]
                    : Array.Empty<string>(),
                .. RowNotes.Of("evaluation", summary, encoder, RowDrafts.ShapeOf(found[0], data) == RowShape.Text),
                .. NotesOf(result.Metrics),
            ],
            Engine = model.Engine.Name,
            Scope = adapter?.Scope,
            ProbeLayer = head?.Layer,
            Seconds = watch.Elapsed.TotalSeconds,
        };
    }

    private static EvaluationResult ScoreByModel(
        LocalModel model,
        LoraAdapter? adapter,
        EvaluationOptions options,
        IReadOnlyList<EncodedExample> rows,
        IReadOnlyList<string> choices,
        Action<int> progress,
        CancellationToken cancellation
    )
    {
        using var adapted = new AdaptedModel(
            model,
            adapter,
            rows.All(row => AdapterStart.AreSingleRows(row.ChoiceIds)),
            options.Engine.PrefixStyle
        );

        // Every prompt is used once: nothing is worth keeping.
        var cache = new PrefixCacheOptions(options.PrefixCacheType, MemoryBytes: 0, Folder: null, options.TokensPerRunInForce);
        var evaluator = new Evaluator(adapted, rows, choices, examples => adapted.OpenStore(examples, cache), options.TokensPerRunInForce);
        var result = evaluator.Evaluate(adapter is null ? null : AdapterTensors.Of(adapter), progress, cancellation);
        if (options.Metric is { } metric)
        {
            result = WrittenRows.Add(result, model, adapter, rows, metric, options, progress, cancellation);
        }

        return result;
    }

    private static EvaluationResult ScoreByProbe(
        LocalModel model,
        ProbeHead head,
        EvaluationOptions options,
        IReadOnlyList<EncodedExample> rows,
        ExampleEncoder encoder,
        Action<int> progress,
        CancellationToken cancellation
    )
    {
        using var scorer = new ProbeScorer(model, head, encoder.Choices, options.TokensPerRunInForce);
        return ProbeEvaluation.Of(scorer, rows, encoder.Names, progress, cancellation);
    }

    private static IEnumerable<string> NotesOf(ClassificationMetrics? metrics) =>
        metrics is { } found && found.Labels.Count(label => label.Rows > 0) > 1 && found.Accuracy <= found.MajorityAccuracy
            ? [$"The accuracy is not above that of saying {DataException.Quote(found.MajorityWord)} always."]
            : [];
}
