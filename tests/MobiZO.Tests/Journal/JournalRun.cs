using MobiZO.Journal;
using MobiZO.Optimization;
using MobiZO.Programs.Ops;
using MobiZO.Tests.Optimization;

namespace MobiZO.Tests.Journal;

/// <summary>A small run on a quadratic that keeps a journal in a folder of its own.</summary>
internal sealed class JournalRun : IDisposable
{
    public JournalRun(OptimizerOptions? options = null, long totalSteps = 12)
    {
        Folder = Directory.CreateTempSubdirectory("mobizo-journal-").FullName;
        Header = new JournalHeader
        {
            Seed = ulong.MaxValue - 4,
            TotalSteps = totalSteps,
            Optimizer =
                options
                ?? new OptimizerOptions
                {
                    Estimator = EstimatorKind.TwoSided,
                    Queries = 4,
                    Epsilon = 0.01f,
                    LearningRate = 0.05f,
                },
            Layout = StateLayout.Create([("model.layers.0.self_attn.q_proj", 16, 7, 3), ("model.layers.0.self_attn.v_proj", 16, 5, 3)]),
            Properties = new Dictionary<string, string> { ["model"] = "a \"quoted\" näme", ["scope"] = "all" },
        };
        Optimizer = new ZerothOrderOptimizer(Header.Optimizer, Header.Layout, Header.Seed, totalSteps);
        Objective = new QuadraticObjective(Header.Layout.Total) { ExampleLevel = 0.1, BrokenSteps = { 3, 4 } };
    }

    public string Folder { get; }

    public string Path => System.IO.Path.Combine(Folder, "journal.jsonl");

    public JournalHeader Header { get; }

    public ZerothOrderOptimizer Optimizer { get; }

    public QuadraticObjective Objective { get; }

    /// <summary>An evaluation behind a number of steps.</summary>
    public static JournalEvaluation Evaluation(long step, double? accuracy = 0.75) =>
        new()
        {
            Time = StoppedClock.Now,
            Step = step,
            Accuracy = accuracy,
            Correct = 3,
            Rows = 4,
            ChoiceLoss = accuracy is null ? null : 0.1 + 0.2,
            TokenLoss = 2.5,
            IsBest = true,
        };

    public JournalWriter Create() => JournalWriter.Create(Path, Header, time: new StoppedClock());

    public JournalWriter Resume(long nextStep) => JournalWriter.Resume(RunJournal.Read(Path), Header, nextStep, time: new StoppedClock());

    /// <summary>Takes steps and writes their lines.</summary>
    /// <param name="writer">The journal.</param>
    /// <param name="steps">How many.</param>
    /// <param name="evaluations">What the lines hold besides, where it belongs there.</param>
    public void Train(JournalWriter writer, int steps, params JournalEvaluation[] evaluations)
    {
        for (var count = 0; count < steps; count++)
        {
            var result = Optimizer.Step(Objective);
            writer.Append(
                new JournalEntry
                {
                    Step = result.Step,
                    Losses = result.Losses,
                    ProjectedGradients = result.ProjectedGradients,
                    LearningRate = result.LearningRate,
                    Milliseconds = 1.5,
                    PeakMemoryBytes = 1L << 40,
                    Skipped = result.Skipped,
                    Before = result.Step == 0 ? Array.Find(evaluations, point => point.Step == 0) : null,
                    Evaluation = Array.Find(evaluations, point => point.Step == result.Step + 1),
                }
            );
        }
    }

    public void TrainAndClose(int steps)
    {
        using var writer = Create();
        Train(writer, steps);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
