using MobiZO.Optimization;
using MobiZO.Programs.Ops;

namespace MobiZO.TrainBench.Race;

/// <summary>A way to train that takes part in a race.</summary>
/// <param name="Name">How it is called on the command line.</param>
/// <param name="Apply">The run with its settings.</param>
/// <param name="IsSequential">Whether its steps evaluate one copy after another.</param>
internal sealed record RaceMethod(string Name, Func<FineTuneOptions, RaceSettings, FineTuneOptions> Apply, bool IsSequential = false)
{
    // A constant rate needs no end; the race ends at the goal or at the limit.
    private const int EndlessSteps = 1_000_000;

    /// <summary>All methods.</summary>
    public static IReadOnlyList<RaceMethod> All { get; } =
    [
        new("default", (run, settings) => run with { Steps = settings.DefaultSteps ?? run.Steps }),
        new(
            "random",
            (run, settings) =>
                run with
                {
                    Steps = settings.DefaultSteps ?? run.Steps,
                    Optimizer = run.Optimizer with { Estimator = EstimatorKind.OneSidedNormalized },
                }
        ),
        new("prge", Prge),
        new("mezo", Prge, IsSequential: true),
    ];

    /// <exception cref="FormatException">There is no such method.</exception>
    public static RaceMethod Find(string name) =>
        All.FirstOrDefault(method => method.Name == name)
        ?? throw new FormatException($"methods: '{name}' is not one of {string.Join(", ", All.Select(method => method.Name))}");

    /// <summary>
    /// The paper's settings: every token and every linear layer adapted, r = 16, two-sided queries on shared examples, loss over the
    /// vocabulary, a constant rate.
    /// </summary>
    private static FineTuneOptions Prge(FineTuneOptions run, RaceSettings settings) =>
        run with
        {
            Adapter = new AdapterOptions
            {
                Scope = AdapterScope.All,
                TargetModules = "all-linear",
                Rank = 16,
                Alpha = 32,
            },
            Optimizer = new OptimizerOptions
            {
                Estimator = EstimatorKind.TwoSided,
                Queries = 4,
                Epsilon = 1e-2f,
                LearningRate = settings.PrgeRate,
                Schedule = ScheduleKind.Constant,
            },
            ExamplesPerStep = 4,
            Loss = LossKind.Tokens,
            Steps = EndlessSteps,
        };
}
