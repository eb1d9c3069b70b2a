using Microsoft.ML.OnnxRuntime;
using MobiZO.Checkpoints;
using MobiZO.OnnxRuntime.Session;
using MobiZO.OnnxRuntime.Tests.Lowering;
using MobiZO.Programs;
using MobiZO.Programs.Building;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Reference;
using MobiZO.TestKit.Tiny;

namespace MobiZO.OnnxRuntime.Tests.Session;

public sealed class ExportTests
{
    public static TheoryData<string> Programs => OnnxModelTests.Programs;

    /// <summary>
    /// Exported files need nothing of this project: a plain session reads model and weights and gives the engine's numbers.
    /// </summary>
    [Theory]
    [MemberData(nameof(Programs))]
    public void A_plain_session_runs_the_exported_files(string name)
    {
        var (model, program) = EveryProgram.Get(name);
        using var folder = new TemporaryFolder();
        new OnnxExporter().Write(program, model, folder["program.onnx"], WeightFormat.Float32);
        Assert.Equal(program.Weights.Count > 0, File.Exists(folder["program.onnx.data"]));
        Assert.DoesNotContain(Directory.GetFiles(folder.Path), file => file.EndsWith(".tmp", StringComparison.Ordinal));

        var inputs = ProgramInputs.Of(program);
        using var plain = new InferenceSession(folder["program.onnx"]);
        var exported = Run(plain, program, inputs);
        using var engine = new OnnxRuntimeEngine(new EngineSettings { CacheFolder = folder["cache"], Threads = 1 });
        using var session = engine.Load(program, model);
        ProgramInputs.AssertSame(exported, session.Run(inputs), 1e-5);
        using var reference = new ReferenceEngine<double>();
        using var oracle = reference.Load(program, model);
        var isNormalized = name.EndsWith("Normalized", StringComparison.Ordinal);
        ProgramInputs.AssertSame(oracle.Run(inputs), exported, isNormalized ? 2e-3 : 1e-3);
    }

    [Fact]
    public void A_missing_or_misshapen_weight_is_named()
    {
        var (model, program) = EveryProgram.Get(EveryProgram.Names.First());
        using var folder = new TemporaryFolder();
        var broken = new OtherShape(model);
        using var engine = new OnnxRuntimeEngine(new EngineSettings { CacheFolder = folder.Path });
        foreach (
            var run in new Action[]
            {
                () => new OnnxExporter().Write(program, broken, folder["a.onnx"], WeightFormat.Float32),
                () => engine.Load(program, broken),
            }
        )
        {
            var error = Assert.Throws<MobiZO.Checkpoints.CheckpointException>(run);
            Assert.Contains("model.layers.1.mlp.down_proj.weight", error.Message);
            Assert.Contains("[24, 48]", error.Message);
            Assert.Contains("[48, 24]", error.Message);
        }
    }

    private static Dictionary<string, HostTensor> Run(InferenceSession session, Program program, Dictionary<string, HostTensor> inputs)
    {
        using var options = new RunOptions();
        var values = program
            .Inputs.Select(input => inputs[input.Name])
            .Select(tensor =>
                tensor.Type == ElementType.Int64
                    ? OrtValue.CreateTensorValueFromMemory(tensor.Longs, [.. tensor.Shape.Select(extent => (long)extent)])
                    : OrtValue.CreateTensorValueFromMemory(tensor.Floats, [.. tensor.Shape.Select(extent => (long)extent)])
            )
            .ToList();
        using var outputs = session.Run(
            options,
            [.. program.Inputs.Select(input => input.Name)],
            values,
            [.. program.Outputs.Select(output => output.Name)]
        );
        values.ForEach(value => value.Dispose());
        return program
            .Outputs.Index()
            .ToDictionary(
                pair => pair.Item.Name,
                pair =>
                    HostTensor.Of(
                        outputs[pair.Index].GetTensorDataAsSpan<float>().ToArray(),
                        [.. outputs[pair.Index].GetTensorTypeAndShape().Shape.Select(extent => (int)extent)]
                    )
            );
    }

    private sealed class OtherShape(MobiZO.Checkpoints.IWeightSource inner) : MobiZO.Checkpoints.IWeightSource
    {
        public string Fingerprint => inner.Fingerprint;

        public IReadOnlyCollection<string> Names => inner.Names;

        public MobiZO.Checkpoints.Architecture.TensorRole? FindRole(string name) => inner.FindRole(name);

        public IReadOnlyList<int>? FindShape(string name) =>
            name == "model.layers.1.mlp.down_proj.weight" ? [48, 24] : inner.FindShape(name);

        public void Read(string name, long start, Span<float> destination) => inner.Read(name, start, destination);
    }
}
