using MobiZO.Optimization;
using MobiZO.Optimization.Noise;

namespace MobiZO.Cli.Options;

/// <summary>The options of <see cref="OptimizerOptions"/>.</summary>
internal static class OptimizerOptionGroup
{
    private const string Shared = "shared";
    private const string PerQuery = "per-query";

    public static OptionGroup<OptimizerOptions> Create()
    {
        var group = new OptionGroup<OptimizerOptions>("Optimizer", new OptimizerOptions());
        group.Add(
            "--mode",
            "How losses become gradients.",
            OptionValue.Enumeration<EstimatorMode>(),
            optimizer => optimizer.Mode,
            (optimizer, value) => optimizer with { Mode = value });
        group.Add(
            ["--queries", "-q"],
            "Random directions of a step, q.",
            OptionValue.Count,
            optimizer => optimizer.Queries,
            (optimizer, value) => optimizer with { Queries = value });
        group.Add(
            "--examples",
            "Whether all queries see the same examples of a step, or each its own.",
            OptionValue.OneOf((Shared, Shared), (PerQuery, PerQuery)),
            optimizer => optimizer.OwnExamples ? PerQuery : Shared,
            (optimizer, value) => optimizer with { OwnExamples = value == PerQuery });
        group.Add(
            "--epsilon",
            "Size of the perturbation.",
            OptionValue.Single,
            optimizer => optimizer.Epsilon,
            (optimizer, value) => optimizer with { Epsilon = value });
        group.Add(
            "--learning-rate",
            FormattableString.Invariant($"Peak learning rate, or auto: found by trying before the first step (by default {OptimizerOptions.UpperHalfLearningRate} with the discriminant initialization in the upper half of the layers and a normalized mode, else {OptimizerOptions.DefaultLearningRate})."),
            OptionValue.SingleOr("auto"),
            optimizer => optimizer.ProbeLearningRate ? "auto" : optimizer.LearningRate,
            (optimizer, value) => optimizer with { LearningRate = value.Number, ProbeLearningRate = value.Number is null });
        group.Add(
            "--schedule",
            "Course of the learning rate after warm-up.",
            OptionValue.Enumeration<ScheduleKind>(),
            optimizer => optimizer.Schedule.Kind,
            (optimizer, value) => optimizer with { Schedule = optimizer.Schedule with { Kind = value } });
        group.Add(
            "--warmup-steps",
            "Steps in which the learning rate rises.",
            OptionValue.Count,
            optimizer => optimizer.Schedule.WarmupSteps,
            (optimizer, value) => optimizer with { Schedule = optimizer.Schedule with { WarmupSteps = value } });
        group.Add(
            "--final-ratio",
            "Share of the peak that the learning rate falls to.",
            OptionValue.Single,
            optimizer => optimizer.Schedule.FinalRatio,
            (optimizer, value) => optimizer with { Schedule = optimizer.Schedule with { FinalRatio = value } });
        group.Add(
            "--momentum",
            "Factor of the running sum of gradients.",
            OptionValue.Single,
            optimizer => optimizer.Momentum,
            (optimizer, value) => optimizer with { Momentum = value });
        group.Add(
            "--clip",
            "Largest absolute projected gradient; 0: no limit.",
            OptionValue.Single,
            optimizer => optimizer.Clip,
            (optimizer, value) => optimizer with { Clip = value });
        group.Add(
            "--noise",
            "Distribution of the directions (by default gaussian, in a one-sided mode rademacher).",
            OptionValue.Enumeration<NoiseKind>(),
            optimizer => optimizer.Noise,
            (optimizer, value) => optimizer with { Noise = value });
        return group;
    }
}
