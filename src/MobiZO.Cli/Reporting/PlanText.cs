using MobiZO.Models;
using MobiZO.PrefixCache;
using MobiZO.Training;

namespace MobiZO.Cli.Reporting;

/// <summary>The facts of a run before its first step.</summary>
internal static class PlanText
{
    public static IEnumerable<string> Lines(RunPlan plan, FineTuneOptions options)
    {
        yield return $"model      {ModelText.Summary(plan.Model)}";
        yield return ModelText.Trainable(plan.TrainableParameters, plan.BaseParameters, plan.ModuleCount);
        yield return $"engine     {plan.Engine}";
        yield return $"rows       {plan.Train}";
        if (plan.Eval is { } eval)
        {
            yield return $"eval rows  {eval}";
        }

        if (plan.PrefixCache is { } prompts)
        {
            yield return $"prompts    {Prompts(prompts)}";
        }

        var runs = plan.RunsPerStep == 1 ? "one engine run" : $"{plan.RunsPerStep} engine runs";
        var loss =
            plan.Loss != LossKind.Choices ? "the vocabulary"
            : plan.Train.Labels.Count == 0 ? "the choices of the rows"
            : LossText.OfLabelWords(plan.TokenShare);
        yield return plan.IsGradientExact
            ? $"step       {plan.ExamplesPerStep} examples and their exact gradient in {runs}, loss over {loss}"
            : $"step       {(plan.Copies == 1 ? "1 copy" : $"{plan.Copies} copies")} of {plan.ExamplesPerStep} examples: "
                + $"{plan.RowsPerStep} rows in {runs}, "
                + (
                    options.Score is { } score
                        ? $"each answered with up to {Quantity.Number(score.MaxAnswerTokens)} tokens and scored"
                        : $"loss over {loss}"
                );
        var left = Math.Max(0, plan.Steps - plan.FirstStep);
        var disk = plan.GradientFileBytes > 0 ? $", {Quantity.Bytes(plan.GradientFileBytes)} of gradients on disk" : "";
        yield return $"estimate   {Quantity.Bytes(plan.EstimatedMemoryBytes)} of memory{disk}; "
            + $"{Quantity.Milliseconds(plan.StepMilliseconds)} a step, "
            + $"{Quantity.Seconds(plan.EstimatedSeconds)} for {Quantity.Number(left)} steps, evaluations left out";
    }

    /// <summary>What was found in the cache and what the rest takes.</summary>
    public static string Prompts(PrefixCachePlan prompts)
    {
        var shared = prompts.SharedTokens > 0 ? $", the first {prompts.SharedTokens} tokens once for all" : "";
        var seconds = prompts.Computed > 0 ? $", {Quantity.Seconds(prompts.Seconds)}" : "";
        var computed = prompts.Computed > 0 && prompts.Left == 0 ? "computed" : "to compute";
        return $"{Quantity.Number(prompts.Found)} cached, {Quantity.Number(prompts.Computed)} {computed}{shared}{seconds}; "
            + $"{Quantity.Bytes(prompts.Bytes)} in all";
    }
}
