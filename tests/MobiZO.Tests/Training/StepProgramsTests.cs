using MobiZO.Adapted;
using MobiZO.Checkpoints;
using MobiZO.Models;
using MobiZO.Programs;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Reference;
using MobiZO.Training;

namespace MobiZO.Tests.Training;

public sealed class StepProgramsTests
{
    /// <summary>
    /// A step runs again and again, and threads may wait awake for it: on ONNX Runtime sleeping threads cost a fifth of a step. What asks
    /// now and then leaves the cores to others.
    /// </summary>
    [Theory]
    [InlineData(UpdatePlace.Host)]
    [InlineData(UpdatePlace.Engine)]
    public void Steps_are_loaded_as_repeated_runs_with_what_they_will_see(UpdatePlace update)
    {
        using var run = new TinyRun();
        var options = run.Options with { Update = update };
        using var engine = new Recorder();
        using var model = LocalModel.Open(options.Model, () => engine);
        var rows = RunRows.Read(options, model);
        var decided = DecidedOptions.Of(options, rows);
        using var adapted = new AdaptedModel(
            model,
            FreshAdapter.Create(model, decided.Adapter, options.Seed, rows.Train),
            rows.HasSingleRows,
            RunStyle.SideBySide
        );
        var examples = new StepExamples(rows, decided, adapted.Start, engine.Traits);

        using var programs = StepPrograms.Load(adapted, decided, examples);
        _ = (programs.Losses.Value, programs.Update?.Value);

        var steps = engine.Loaded.Where(load => load.Program == "step").ToList();
        Assert.Equal(update == UpdatePlace.Host ? 1 : 2, steps.Count);
        Assert.All(steps, step => Assert.Equal(RunStyle.Repeated, step.Style));
        Assert.All(steps, step => Assert.Equal(6, step.Extents!.Of("P")!.Most));
        var others = engine
            .Loaded.Where(load => load.Style == RunStyle.OneByOne)
            .Select(load => load.Program)
            .Order(StringComparer.Ordinal);
        Assert.Equal(update == UpdatePlace.Host ? ["score"] : ["score", "update"], others);
    }

    private sealed class Recorder : IEngine
    {
        private readonly ReferenceEngine<float> _inner = new();

        public List<(string Program, RunStyle Style, Extents? Extents)> Loaded { get; } = [];

        public string Name => _inner.Name;

        public EngineTraits Traits => _inner.Traits;

        public IProgramSession Load(Program program, IWeightSource weights, RunStyle style = RunStyle.OneByOne, Extents? extents = null)
        {
            lock (Loaded)
            {
                Loaded.Add((program.Name, style, extents));
            }

            return _inner.Load(program, weights, style, extents);
        }

        public EngineMemory MemoryOf(IWeightSource weights) => _inner.MemoryOf(weights);

        public void Dispose() => _inner.Dispose();
    }
}
