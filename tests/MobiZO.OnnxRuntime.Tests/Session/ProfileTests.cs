using System.Text.Json;
using MobiZO.OnnxRuntime.Session;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;
using MobiZO.TestKit.Tiny;

namespace MobiZO.OnnxRuntime.Tests.Session;

public sealed class ProfileTests
{
    [Fact]
    public void A_trace_names_every_program_and_what_its_nodes_are_for()
    {
        using var folder = new TemporaryFolder();
        var model = new TinyLlama();
        using (
            var engine = new OnnxRuntimeEngine(
                new EngineSettings
                {
                    CacheFolder = folder.Path,
                    Threads = 1,
                    TracePrefix = Path.Combine(folder.Path, "trace"),
                }
            )
        )
        {
            using var score = engine.Load(model.Assembler.Score(null), model);
            score.Run(ProgramInputs.Of(score.Program));
        }

        using var trace = JsonDocument.Parse(File.ReadAllText(Directory.GetFiles(folder.Path, "trace-score_*.json").Single()));
        var names = trace
            .RootElement.EnumerateArray()
            .Where(item => item.TryGetProperty("name", out _))
            .Select(item => item.GetProperty("name").GetString()!)
            .ToList();
        Assert.Contains("model_run", names);
        Assert.Contains(
            names,
            name =>
                name.StartsWith("model.layers.1.mlp.down_proj/Gemm_", StringComparison.Ordinal)
                && name.EndsWith("_kernel_time", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Nothing_is_traced_unless_asked()
    {
        using var folder = new TemporaryFolder();
        var model = new TinyLlama();
        using (var engine = new OnnxRuntimeEngine(new EngineSettings { CacheFolder = folder.Path, Threads = 1 }))
        {
            using var score = engine.Load(model.Assembler.Score(null), model);
            score.Run(ProgramInputs.Of(score.Program));
        }

        // The runtime's own default would be a file in the current folder.
        Assert.Empty(Directory.GetFiles(folder.Path));
        Assert.Empty(Directory.GetFiles(Environment.CurrentDirectory, "onnxruntime_profile*"));
    }
}
