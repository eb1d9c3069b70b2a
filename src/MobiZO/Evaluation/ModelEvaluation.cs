using System.Diagnostics;
using MobiZO.Adapters;
using MobiZO.Data;
using MobiZO.Models;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;
using MobiZO.PrefixCache;
using MobiZO.Training;

namespace MobiZO.Evaluation;

/// <summary>Scores a data file with a model and, if one is given, an adapter.</summary>
public static class ModelEvaluation
{
    /// <summary>Opens model, adapter and rows, and scores every row.</summary>
    /// <param name="options">What is scored.</param>
    /// <param name="progress">Told what happens; may be null.</param>
    /// <param name="cancellation">Stops between two engine runs.</param>
    /// <exception cref="FineTuneException">The options are wrong, or adapter, model and rows do not fit together.</exception>
    public static Task<EvaluationReport> RunAsync(EvaluationOptions options, IProgress<TrainingEvent>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var errors = options.Validate();
        if (errors.Count > 0)
        {
            throw new FineTuneException("The settings have errors:" + string.Concat(errors.Select(error => $"{Environment.NewLine}  {error}")), FineTuneFailure.Settings);
        }

        return Task.Run(() => Run(options, progress, cancellation), cancellation);
    }

    private static EvaluationReport Run(EvaluationOptions options, IProgress<TrainingEvent>? progress, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        using var model = LocalModel.Open(options.Model, options.Engine);
        var adapter = options.Adapter is { } folder ? PeftAdapter.Load(folder) : null;
        var layout = adapter is null ? null : AdapterFactory.LayoutOf(model, adapter);
        var encoder = new ExampleEncoder(model.Tokenizer, options.Data, model.RenderChat);
        var read = DataFile.Read(options.DataFile, options.Data);
        var rows = encoder.Encode(new RowSampler(options.Data).Choose(read));
        var form = new ExampleLayout(StepLossKind.Tokens, PrefixKind.Tokens);
        if (adapter is { InvocationTokens.Count: > 0 })
        {
            // As in the run, so that the same rows get the same numbers.
            var (prompt, firstLayer) = ExampleLayout.FrozenPart(AdapterScope.Activated, layout!, rows.All(row => ExampleLayout.AreSingleRows(row.ChoiceIds)));
            form = form with { Prompt = prompt, FirstLayer = firstLayer };
            rows = [.. rows.Select(row => row with { InvocationStart = InvocationStart(row, adapter.InvocationTokens) })];
        }

        using var score = model.Engine.Load(model.Assembler.Score(layout, form.Prompt, form.FirstLayer), model.Checkpoint);
        var shape = PrefixShape.Of(model.Checkpoint.Config, PrefixKind.KeyValues, form.FirstLayer);
        using var prefix = new PrefixPrograms(model.Assembler, shape, (program, style) => model.Engine.Load(program, model.Checkpoint, style), options.Engine.PrefixStyle);

        // Every prompt is used once: nothing is worth keeping.
        var cache = new PrefixCacheOptions(options.PrefixCacheType, MemoryBytes: 0, Folder: null, options.MaxTokensPerRun);
        var evaluator = new Evaluator(
            score,
            rows,
            form,
            encoder.Choices,
            examples => form.Prompt == PrefixKind.Tokens ? null : new PrefixStore(prefix, examples, cache, new PrefixBatch()),
            options.MaxTokensPerRun);
        var result = evaluator.Evaluate(
            adapter is null ? null : (Flat(adapter.Modules.SelectMany(module => module.A)), Flat(adapter.ToState())),
            done => progress?.Report(new StageProgress("evaluating", done, rows.Count)),
            cancellation);
        return new EvaluationReport
        {
            Result = result,
            Data = DataSummary.Of(read.Count, rows, encoder.Choices),
            Engine = model.Engine.Name,
            Scope = adapter is null ? null : form.Prompt == PrefixKind.KeyValues ? AdapterScope.Activated : AdapterScope.All,
            Seconds = watch.Elapsed.TotalSeconds,
        };
    }

    private static HostTensor Flat(IEnumerable<float> values)
    {
        float[] array = [.. values];
        return HostTensor.Of(array, array.Length);
    }

    private static int InvocationStart(EncodedExample row, IReadOnlyList<int> tokens)
    {
        var start = row.PromptIds.AsSpan().LastIndexOf([.. tokens]);
        return start >= 0
            ? start
            : throw new FineTuneException(
                $"Line {row.LineNumber}: the prompt does not hold the adapter's alora_invocation_tokens [{string.Join(", ", tokens)}], so the adapter would never act. " +
                "Use the prompt template the adapter was trained with (--run takes it from the run).",
                FineTuneFailure.Settings);
    }
}
