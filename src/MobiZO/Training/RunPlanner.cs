using System.Diagnostics;
using MobiZO.Journal;
using MobiZO.Models;
using MobiZO.Optimization;
using MobiZO.PrefixCache;
using MobiZO.Programs.Ops;

namespace MobiZO.Training;

/// <summary>Says what a prepared run will cost.</summary>
internal static class RunPlanner
{
    // A slow model is judged by the first run of its program, though that includes the program's set-up.
    private const double SlowMilliseconds = 2000;

    /// <summary>Measures a step that changes nothing and adds up the memory.</summary>
    /// <param name="run">The run.</param>
    /// <param name="firstStep">Steps already taken.</param>
    public static RunPlan Plan(PreparedRun run, long firstStep)
    {
        var options = run.Options.Run;
        var trained = run.Adapter.Layout.Total;
        var copies = options.Optimizer.Plan;
        var milliseconds = MeasureStep(run, copies);
        var cache = run.Caches.Plan;
        var checkpoint = run.Model.Model.Checkpoint;
        return new RunPlan
        {
            Model = ModelFacts.Of(run.Model.Model),
            Engine = run.Model.Model.Engine.Name,
            BaseParameters = ModelFacts.ParametersOf(checkpoint),
            ModuleCount = run.Reach.Modules,
            TrainableParameters = run.Reach.Values,
            Train = run.Rows.TrainSummary,
            Eval = run.Rows.EvalSummary,
            Loss = run.Options.LossKind,
            TokenShare = options.TokenShareInForce,
            IsGradientExact = options.Optimizer.EstimatorInForce == EstimatorKind.Reverse,
            Copies = copies.Count,
            ExamplesPerStep = options.ExamplesInForce,
            RowsPerStep = new RunWork(run.Examples, run.Options, taken: 0).Add(step: 0).RowForwards,
            RunsPerStep = run.Objective.LastRunCount,
            PrefixCache = cache,
            EstimatedMemoryBytes =
                MemoryEstimate.Of(run.Model.Model, options, MemoryEstimate.StateBytes(trained, options.Optimizer), run.Model.Start.Prompt)
                + CacheMemory(run, cache)
                + run.GradientBytes
                + run.AnswerBytes,
            GradientFileBytes = options.Optimizer.EstimatorInForce.UsesGradient()
                ? GradientFile.BytesOfStep(run.Adapter.Layout) * options.StepsInForce
                : 0,
            StepMilliseconds = milliseconds,
            EstimatedSeconds = milliseconds / 1000 * Math.Max(0, options.StepsInForce - firstStep),
            FirstStep = firstStep,
            Steps = options.StepsInForce,
        };
    }

    private static long CacheMemory(PreparedRun run, PrefixCachePlan? cache) =>
        cache is null
            ? 0
            : MemoryEstimate.PrefixBytes(
                cache.Bytes,
                run.Model.Prefix.Shape.ValuesPerToken,
                run.Options.Run,
                run.Rows.Train.Max(row => row.Length)
            );

    private static double MeasureStep(PreparedRun run, CopyPlan copies)
    {
        var trained = run.Adapter.Layout.Total;
        var request = new StepRequest
        {
            Step = 0,
            Plan = copies,
            B = new float[trained],
            Noise = new float[(long)copies.Queries * trained],
            Epsilon = run.Options.Run.Optimizer.Epsilon,
        };
        var elapsed = Time(run.Objective, request);
        return elapsed > SlowMilliseconds ? elapsed : Time(run.Objective, request);
    }

    private static double Time(IRunObjective objective, StepRequest request)
    {
        var watch = Stopwatch.StartNew();
        objective.Rehearse(request);
        return watch.Elapsed.TotalMilliseconds;
    }
}
