using MobiZO.Optimization;
using MobiZO.Optimization.Noise;
using MobiZO.Programs.Ops;
using static System.FormattableString;

namespace MobiZO.Cli.Options;

/// <summary>The options of <see cref="OptimizerOptions"/>.</summary>
internal static class OptimizerOptionGroup
{
    public static OptionGroup<OptimizerOptions> Create()
    {
        var group = new OptionGroup<OptimizerOptions>("Optimizer", new OptimizerOptions());
        group.Add(
            "--estimator",
            "How a step finds its gradient: reverse is exact, guided and the others need forward passes only; auto says what it chose.",
            OptionValue.Enumeration<EstimatorKind>(),
            nameof(OptimizerOptions.Estimator),
            optimizer => optimizer.Estimator,
            (optimizer, value) => optimizer with { Estimator = value }
        );
        group.Add(
            ["--queries", "-q"],
            Invariant($"Random directions of a step, q (by default {OptimizerOptions.DefaultQueries}, and none with guided)."),
            OptionValue.Count,
            nameof(OptimizerOptions.Queries),
            optimizer => optimizer.Queries,
            (optimizer, value) => optimizer with { Queries = value }
        );
        group.Add(
            "--epsilon",
            "Size of the perturbation.",
            OptionValue.Single,
            nameof(OptimizerOptions.Epsilon),
            optimizer => optimizer.Epsilon,
            (optimizer, value) => optimizer with { Epsilon = value }
        );
        group.Add(
            "--learning-rate",
            "Peak learning rate, or auto, which is of random directions: found by trying before the first step "
                + Invariant($"(by default {OptimizerOptions.UpperHalfLearningRate} with the discriminant initialization in the upper half ")
                + Invariant($"of the layers and a normalized estimator, {OptimizerOptions.AdamWLearningRate} with adamw, ")
                + Invariant($"but {OptimizerOptions.GuidedLearningRate} for free text with guided, else ")
                + Invariant($"{OptimizerOptions.DefaultLearningRate})."),
            OptionValue.SingleOr("auto"),
            nameof(OptimizerOptions.LearningRate),
            optimizer => optimizer.ProbeLearningRate ? new Word("auto") : optimizer.LearningRate,
            (optimizer, value) => optimizer with { LearningRate = value.Number, ProbeLearningRate = value.Number is null }
        );
        group.Add(
            "--schedule",
            "Course of the learning rate.",
            OptionValue.Enumeration<ScheduleKind>(),
            nameof(OptimizerOptions.Schedule),
            optimizer => optimizer.Schedule,
            (optimizer, value) => optimizer with { Schedule = value }
        );
        group.Add(
            "--momentum",
            "Factor of the running sum of gradients.",
            OptionValue.Single,
            nameof(OptimizerOptions.Momentum),
            optimizer => optimizer.Momentum,
            (optimizer, value) => optimizer with { Momentum = value }
        );
        group.Add(
            "--optimizer",
            "How an exact gradient moves the adapter (by default adamw; random directions are followed by sgd, guided ones by adamw).",
            OptionValue.OneOf<OptimizerKind>(("adamw", OptimizerKind.AdamW), ("sgd", OptimizerKind.Sgd)),
            nameof(OptimizerOptions.Kind),
            optimizer => optimizer.Kind,
            (optimizer, value) => optimizer with { Kind = value }
        );
        group.Add(
            "--weight-decay",
            "Decoupled weight decay along exact gradients.",
            OptionValue.Single,
            nameof(OptimizerOptions.WeightDecay),
            optimizer => optimizer.WeightDecay,
            (optimizer, value) => optimizer with { WeightDecay = value }
        );
        group.Add(
            "--max-grad-norm",
            "Gradients and broadcast directions with a larger norm are scaled down to it; 0: never.",
            OptionValue.Single,
            nameof(OptimizerOptions.MaxGradientNorm),
            optimizer => optimizer.MaxGradientNorm,
            (optimizer, value) => optimizer with { MaxGradientNorm = value }
        );
        group.Add(
            "--noise",
            "Distribution of the directions (by default gaussian, with a one-sided estimator rademacher).",
            OptionValue.Enumeration<NoiseKind>(),
            nameof(OptimizerOptions.Noise),
            optimizer => optimizer.Noise,
            (optimizer, value) => optimizer with { Noise = value }
        );
        return group;
    }
}
