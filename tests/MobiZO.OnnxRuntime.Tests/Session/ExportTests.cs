using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using MobiZO.Checkpoints;
using MobiZO.OnnxRuntime.Lowering.Format;
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

    /// <summary>Every program of one model; of the others the gradients, which have the nodes of steps too. No updates.</summary>
    public static TheoryData<string> WithMiddles =>
        [
            .. EveryProgram
                .Names.Concat(EveryProgram.GradientNames)
                .Where(name =>
                    name.Contains(" gradient ", StringComparison.Ordinal) || name.StartsWith("grouped ", StringComparison.Ordinal)
                )
                .Where(name => !name.EndsWith(" update", StringComparison.Ordinal)),
        ];

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
        using var plain = Open(folder["program.onnx"]);
        var exported = Run(plain, program, inputs);
        using var engine = new OnnxRuntimeEngine(new EngineSettings { CacheFolder = folder["cache"], Threads = 1 });
        using var session = engine.Load(program, model);
        ProgramInputs.AssertSame(exported, session.Run(inputs), 1e-5);
        using var reference = new ReferenceEngine<double>();
        using var oracle = reference.Load(program, model);
        var isNormalized = name.EndsWith("Normalized", StringComparison.Ordinal);
        ProgramInputs.AssertSame(oracle.Run(inputs), exported, isNormalized ? 2e-3 : 1e-3);
    }

    /// <summary>The extents that a model says of the values in its middle are those that they have in a run.</summary>
    [Theory]
    [MemberData(nameof(WithMiddles))]
    public void Values_have_the_extents_that_are_said(string name)
    {
        var (model, program) = EveryProgram.Get(name);
        using var folder = new TemporaryFolder();
        new OnnxExporter().Write(program, model, folder["program.onnx"], WeightFormat.Float32);
        var lowered = ModelProto.Parser.ParseFrom(File.ReadAllBytes(folder["program.onnx"]));
        var said = lowered.Graph.ValueInfo.ToArray();
        Assert.NotEmpty(said);
        lowered.Graph.Output.AddRange(said);
        lowered.Graph.ValueInfo.Clear();
        File.WriteAllBytes(folder["program.onnx"], lowered.ToByteArray());

        var inputs = ProgramInputs.Of(program);
        var symbols = new Dictionary<string, long>(program.BindSymbols(inputs), StringComparer.Ordinal);
        var values = program.Nodes.SelectMany(node => node.Outputs).ToDictionary(value => value.Name, StringComparer.Ordinal);
        using var session = Open(folder["program.onnx"]);
        Run(session, program, inputs, [.. said.Select(value => value.Name)], (value, found) => Compare(values[value].Shape, found));

        void Compare(Shape shape, OrtValue found)
        {
            var extents = found.GetTensorTypeAndShape().Shape;
            Assert.Equal(shape.Rank, extents.Length);
            foreach (var (dimension, extent) in shape.Dimensions.Zip(extents))
            {
                // An extent that no input has is the same wherever it is said.
                if (dimension is { Factor: 1, Symbols: [var symbol] })
                {
                    symbols.TryAdd(symbol, extent);
                }

                Assert.Equal(dimension.Bind(symbols), extent);
            }
        }
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

    /// <summary>A session of one thread that refuses extents that contradict its own.</summary>
    private static InferenceSession Open(string path)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1 };
        options.AddSessionConfigEntry("session.strict_shape_type_inference", "1");
        return new InferenceSession(path, options);
    }

    private static Dictionary<string, HostTensor> Run(InferenceSession session, Program program, Dictionary<string, HostTensor> inputs)
    {
        var results = new Dictionary<string, HostTensor>(StringComparer.Ordinal);
        Run(
            session,
            program,
            inputs,
            [.. program.Outputs.Select(output => output.Name)],
            (name, value) =>
                results.Add(
                    name,
                    HostTensor.Of(
                        value.GetTensorDataAsSpan<float>().ToArray(),
                        [.. value.GetTensorTypeAndShape().Shape.Select(extent => (int)extent)]
                    )
                )
        );
        return results;
    }

    private static void Run(
        InferenceSession session,
        Program program,
        Dictionary<string, HostTensor> inputs,
        string[] names,
        Action<string, OrtValue> read
    )
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
        using var outputs = session.Run(options, [.. program.Inputs.Select(input => input.Name)], values, names);
        values.ForEach(value => value.Dispose());
        for (var i = 0; i < names.Length; i++)
        {
            read(names[i], outputs[i]);
        }
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
