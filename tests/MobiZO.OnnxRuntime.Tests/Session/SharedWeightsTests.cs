using System.Diagnostics;
using MobiZO.OnnxRuntime.Session;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;
using MobiZO.TestKit.Tiny;

namespace MobiZO.OnnxRuntime.Tests.Session;

/// <summary>Alone in the process while it runs: it measures memory.</summary>
[CollectionDefinition(nameof(SharedWeightsTests), DisableParallelization = true)]
[Collection(nameof(SharedWeightsTests))]
public sealed class SharedWeightsTests
{
    [Fact]
    public void A_second_session_does_not_load_the_weights_again()
    {
        // 74 MB of weights: far above what a session needs besides them.
        var model = new TinyLlama(layers: 4, heads: 8, keyValueHeads: 8, hidden: 640, headDimension: 80, vocabulary: 500);
        var bytes = model.Names.Sum(name => (long)model.Values(name).Length * sizeof(float));
        var adapter = model.Adapter(2, "q_proj");
        using var folder = new TemporaryFolder();
        using (var warm = new OnnxRuntimeEngine(new EngineSettings { CacheFolder = folder.Path, Threads = 1 }))
        {
            // The runtime itself and the conversion of the weights are not what is measured.
            warm.Load(ProgramAssembler.Update(adapter, 1), model).Dispose();
        }

        using var engine = new OnnxRuntimeEngine(new EngineSettings { CacheFolder = folder.Path, Threads = 1 });
        var start = ResidentBytes();
        using var score = engine.Load(model.Assembler.Score(adapter), model);
        score.Run(ProgramInputs.Of(score.Program));
        var first = ResidentBytes();
        using var step = engine.Load(model.Assembler.Step(new StepOptions { Adapter = adapter }), model);
        step.Run(ProgramInputs.Of(step.Program));
        var second = ResidentBytes();
        Assert.True(
            first - start > bytes / 2,
            $"the first session took {(first - start) >> 20} MB for {bytes >> 20} MB of weights: nothing is measured"
        );
        Assert.True(
            second - first < (first - start) / 2,
            $"the second session took {(second - first) >> 20} MB, the first {(first - start) >> 20} MB"
        );
    }

    private static long ResidentBytes()
    {
        // Aggressive: what earlier tests left is given back now, not bit by bit while this one measures.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
