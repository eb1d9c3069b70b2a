using MobiZO.Adapted;
using MobiZO.Models;
using MobiZO.Programs.Ops;
using MobiZO.Training;

namespace MobiZO.Reporting;

/// <summary>What adapter options would train on a model, and roughly what a run would hold in memory.</summary>
public sealed record AdapterPreview
{
    /// <summary>Names of the adapted modules, in the order of the model.</summary>
    public required IReadOnlyList<string> Modules { get; init; }

    /// <summary>Trained values (all B).</summary>
    public required long TrainableParameters { get; init; }

    /// <summary>Parameters of the base model.</summary>
    public required long BaseParameters { get; init; }

    /// <summary>Share of the trained values in all parameters, 0 to 1.</summary>
    public double TrainableShare => (double)TrainableParameters / (BaseParameters + TrainableParameters);

    /// <summary>Estimated peak of resident memory, the cached prompts left out.</summary>
    public required long EstimatedMemoryBytes { get; init; }

    /// <summary>
    /// Bytes that exact gradients may take beside it, on long rows: <see cref="FineTuneOptions.GradientMegabytes"/>; 0 for other
    /// estimators.
    /// </summary>
    public required long MostGradientBytes { get; init; }

    /// <summary>Selects the modules and adds up.</summary>
    /// <param name="model">The base model.</param>
    /// <param name="options">The run; its data files are not touched.</param>
    /// <exception cref="FineTuneException">The options are wrong or match no module.</exception>
    public static AdapterPreview Of(LocalModel model, FineTuneOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        string[] errors = [.. options.Adapter.Validate(), .. options.Optimizer.Validate()];
        if (errors.Length > 0)
        {
            throw new FineTuneException($"The settings have errors: {string.Join("; ", errors)}", FineTuneFailure.Settings);
        }

        options = ChosenEstimator.Likely(options, model.Engine.Traits);
        var layout = AdapterLayouts.Of(model, DecidedAdapter.Of(options.Adapter, labels: 0));
        var parameters = ModelFacts.ParametersOf(model.Checkpoint);
        return new AdapterPreview
        {
            Modules = [.. layout.Modules.Select(module => module.Name)],
            TrainableParameters = layout.BCount,
            BaseParameters = parameters,
            EstimatedMemoryBytes = MemoryEstimate.Of(
                model,
                options,
                MemoryEstimate.StateBytes(layout.BCount, options.Optimizer),
                AdapterStart.Of(options.Adapter.ScopeOrDefault, layout).Prompt
            ),
            MostGradientBytes =
                options.Optimizer.EstimatorInForce == EstimatorKind.Reverse ? (long)options.GradientMegabytesInForce << 20 : 0,
        };
    }
}
