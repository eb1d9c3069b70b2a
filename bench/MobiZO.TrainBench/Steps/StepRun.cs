using System.Diagnostics;
using MobiZO.Data;
using MobiZO.Journal;
using MobiZO.Optimization;
using MobiZO.PrefixCache;
using MobiZO.Programs.Assembling;
using MobiZO.TrainBench.Machine;
using MobiZO.Training;

namespace MobiZO.TrainBench.Steps;

/// <summary>
/// The steps of a trainer on fixed rows: the optimiser, the objective, the prompt cache and a journal on disk, as a run has them.
/// </summary>
internal sealed class StepRun : IDisposable
{
    private const ulong Seed = 42;
    private const long TotalSteps = 1_000_000;
    private const int StepsPerFlush = 8;
    private const int BatchesOfExamples = 4;

    // Random tokens teach nothing; the rate only keeps the state from growing.
    private const float LearningRate = 1e-4f;

    private readonly string _folder = Directory.CreateTempSubdirectory("mobizo-steps-").FullName;
    private readonly MeteredSession _session;
    private readonly IStepObjective _objective;
    private readonly ZerothOrderOptimizer _optimizer;
    private readonly JournalWriter _journal;
    private readonly PrefixStore? _prompts;

    /// <param name="model">The model.</param>
    /// <param name="shape">Sizes of the step.</param>
    /// <param name="maxTokensPerRun">Most tokens of an engine run.</param>
    /// <param name="isSequential">One copy after another.</param>
    public StepRun(StepModel model, StepShape shape, int maxTokensPerRun, bool isSequential = false)
    {
        var examples = model.Examples(shape, BatchesOfExamples * shape.Examples);
        var adapter = model.AdapterOf(shape.Scope);
        _session = model.Step(shape);
        _prompts =
            shape.Prompt == PrefixKind.KeyValues
                ? model.Prompts(examples, model.FirstLayerOf(shape.Scope), Path.Combine(_folder, "prompts"))
                : null;
        var order = new ExampleOrder(examples.Length, shape.Examples, Seed);
        var objective = new ModelObjective(
            StepPrograms.ForHost(_session),
            model.Loss,
            adapter.A,
            examples,
            order,
            _prompts,
            maxTokensPerRun,
            model.Model.Engine.Traits.Lengths
        );
        _objective = isSequential ? new CopyByCopy(objective) : objective;

        var options = new OptimizerOptions
        {
            Estimator = shape.Estimator,
            Queries = shape.Queries,
            LearningRate = LearningRate,
        };
        _optimizer = new ZerothOrderOptimizer(options, adapter.State, Seed, TotalSteps);
        var header = new JournalHeader
        {
            Seed = Seed,
            TotalSteps = TotalSteps,
            Optimizer = options,
            Layout = adapter.State,
        };
        _journal = JournalWriter.Create(Path.Combine(_folder, "journal.jsonl"), header, StepsPerFlush);
        _session.Take();
    }

    /// <summary>Takes one step as the training loop does.</summary>
    public StepSample Take()
    {
        var start = Stopwatch.GetTimestamp();
        var result = _optimizer.Step(_objective);
        _journal.Append(
            new JournalEntry
            {
                Step = result.Step,
                Losses = result.Losses,
                ProjectedGradients = result.ProjectedGradients,
                LearningRate = result.LearningRate,
                Milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds,
                PeakMemoryBytes = ResidentPeak.Bytes,
                Skipped = result.Skipped,
            }
        );
        var elapsed = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        var (engine, runs, cost) = _session.Take();
        return result.Skipped
            ? throw new InvalidOperationException($"Step {result.Step} had a loss that is not finite: its time would mean nothing.")
            : new StepSample(elapsed, engine.TotalMilliseconds, runs, cost);
    }

    public void Dispose()
    {
        _journal.Dispose();
        _prompts?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
