using MobiZO.Data;
using MobiZO.Models;
using MobiZO.PrefixCache;

namespace MobiZO.Training;

/// <summary>The facts of a run, known before the first step.</summary>
public sealed record RunPlan
{
    /// <summary>The base model.</summary>
    public required ModelFacts Model { get; init; }

    /// <summary>The engine and its version.</summary>
    public required string Engine { get; init; }

    /// <summary>Parameters of the base model.</summary>
    public required long BaseParameters { get; init; }

    /// <summary>Adapted modules that the steps move; guided ones without queries only those that write to the residual stream.</summary>
    public required int ModuleCount { get; init; }

    /// <summary>Trained values: all B of these modules.</summary>
    public required long TrainableParameters { get; init; }

    /// <summary>Training rows.</summary>
    public required DataSummary Train { get; init; }

    /// <summary>Evaluation rows, if there are any.</summary>
    public DataSummary? Eval { get; init; }

    /// <summary>The loss that is minimised.</summary>
    public required LossKind Loss { get; init; }

    /// <summary>Share of the loss over the vocabulary beside that over label words, from 0 to below 1.</summary>
    public double TokenShare { get; init; }

    /// <summary>Whether a step computes the exact gradient of its rows, instead of the losses of perturbed copies.</summary>
    public bool IsGradientExact { get; init; }

    /// <summary>P.</summary>
    public required int Copies { get; init; }

    /// <summary>Examples of one step, which all copies share.</summary>
    public required int ExamplesPerStep { get; init; }

    /// <summary>Rows of one step over all copies; an example whose choices are rows of their own counts once a choice.</summary>
    public required long RowsPerStep { get; init; }

    /// <summary>Engine runs of one step (more than one: micro-batches).</summary>
    public required int RunsPerStep { get; init; }

    /// <summary>What the frozen part of the prompts takes; null when nothing is frozen (scope all from the first layer on).</summary>
    public PrefixCachePlan? PrefixCache { get; init; }

    /// <summary>Estimated peak of resident memory.</summary>
    public required long EstimatedMemoryBytes { get; init; }

    /// <summary>
    /// Bytes that the gradients of all steps take beside the journal (<see cref="Runs.RunFolder.GradientsFile"/>); 0 for estimators
    /// without them.
    /// </summary>
    public long GradientFileBytes { get; init; }

    /// <summary>Measured time of one step.</summary>
    public required double StepMilliseconds { get; init; }

    /// <summary>Estimated time of all steps, evaluations left out.</summary>
    public required double EstimatedSeconds { get; init; }

    /// <summary>Steps of the run in all.</summary>
    public int Steps { get; init; }

    /// <summary>Steps already taken by the run that is resumed.</summary>
    public long FirstStep { get; init; }
}
