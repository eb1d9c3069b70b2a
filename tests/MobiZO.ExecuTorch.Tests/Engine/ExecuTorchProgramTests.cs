using System.Text.Json;
using MobiZO.Checkpoints;
using MobiZO.ExecuTorch.Runtime;
using MobiZO.ExecuTorch.Tests.Setup;
using MobiZO.Programs;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Ops;
using MobiZO.Programs.Reference;
using MobiZO.TestKit.Tiny;

namespace MobiZO.ExecuTorch.Tests.Engine;

/// <summary>Every kind of program on the engine and as an exported file, against the interpreter.</summary>
[Collection(ReleasedRuntimeCollection.Name)]
public sealed class ExecuTorchProgramTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Programs => [.. EveryProgram.Names, .. EveryProgram.BroadcastNames];

    /// <summary>Programs whose table of embeddings, which stays fp32, is no matrix of a linear layer too.</summary>
    public static TheoryData<string> Scores => [.. ScoreNames];

    private static IEnumerable<string> ScoreNames =>
        EveryProgram.Names.Where(name =>
            name.Contains(" score", StringComparison.Ordinal)
            && EveryProgram.Get(name).Program is var program
            && !program.Nodes.Any(node => node.Operation is Embedding table && RoundedRows.MatricesOf(program).Contains(table.Table.Name))
        );

    public void Dispose() => _folder.Dispose();

    [ExecuTorchTheory]
    [MemberData(nameof(Programs))]
    public void EveryProgramHasTheNumbersOfTheInterpreter(string name)
    {
        var (model, program) = EveryProgram.Get(name);
        var inputs = ProgramInputs.Of(program);
        using var engine = new ExecuTorchEngineFactory().Create(new EngineSettings { CacheFolder = Path.Combine(_folder.Path, "cache") });
        using var session = engine.Load(program, model);
        using var reference = new ReferenceEngine<double>();
        using var oracle = reference.Load(program, model);

        var isNormalized = name.EndsWith("Normalized", StringComparison.Ordinal);
        ProgramInputs.AssertSame(oracle.Run(inputs), session.Run(inputs), isNormalized ? 2e-3 : 1e-3);
    }

    /// <summary>Bytes with a scale a row: the interpreter computes with the same rounded matrices.</summary>
    [ExecuTorchTheory]
    [MemberData(nameof(Scores))]
    public void MatricesOfBytesHaveTheNumbersOfTheInterpreter(string name)
    {
        var (model, program) = EveryProgram.Get(name);
        var inputs = ProgramInputs.Of(program);
        var settings = new EngineSettings { CacheFolder = Path.Combine(_folder.Path, "cache"), Weights = WeightFormat.Int8 };
        using var engine = new ExecuTorchEngineFactory().Create(settings);
        using var session = engine.Load(program, model);
        using var reference = new ReferenceEngine<double>();
        using var oracle = reference.Load(program, new RoundedRows(model, program));
        using var exact = reference.Load(program, model);

        var found = session.Run(inputs);
        ProgramInputs.AssertSame(oracle.Run(inputs), found, 1e-3);
        Assert.ThrowsAny<Exception>(() => ProgramInputs.AssertSame(exact.Run(inputs), found, 1e-5));
    }

    [ExecuTorchTheory]
    [InlineData(WeightFormat.Float32)]
    [InlineData(WeightFormat.Int8)]
    public void AnExportedFileIsRunWithoutTheEngine(WeightFormat format)
    {
        var name =
            format == WeightFormat.Int8
                ? ScoreNames.First()
                : EveryProgram.Names.First(known => known.Contains(" score", StringComparison.Ordinal));
        var (model, program) = EveryProgram.Get(name);
        var inputs = ProgramInputs.Of(program);
        var path = Path.Combine(_folder.Path, "score.pte");
        var exporter = new ExecuTorchEngineFactory().Exporter!;
        Extents extents = new([.. program.BindSymbols(inputs).Select(pair => (pair.Key, Extent.OneOf(pair.Value)))]);
        exporter.Write(program, model, path, format, extents);

        Assert.True(exporter.IsProgram(path));
        using var description = JsonDocument.Parse(File.ReadAllBytes(path + ".json"));
        Assert.Equal(
            program.Inputs.Select(input => input.Name),
            description.RootElement.GetProperty("inputs").EnumerateArray().Select(input => input.GetProperty("name").GetString())
        );
        using var file = ExecuTorchProgramFile.Open(path);
        using var method = file.Load("forward");
        foreach (var (index, input) in program.Inputs.Index())
        {
            if (inputs[input.Name].Type == MobiZO.Programs.Building.ElementType.Int64)
            {
                method.SetInput<long>(index, inputs[input.Name].Longs);
            }
            else
            {
                method.SetInput(index, inputs[input.Name].FloatMemory);
            }
        }

        method.Execute();
        using var reference = new ReferenceEngine<double>();
        using var oracle = reference.Load(program, format == WeightFormat.Int8 ? new RoundedRows(model, program) : model);
        var expected = oracle.Run(inputs);
        foreach (var (index, output) in program.Outputs.Index())
        {
            var found = method.Output<float>(index).ToArray();
            Assert.Equal(0, expected[output.Name].Floats.Zip(found, (one, other) => Math.Abs(one - other)).Max(), 1e-3);
        }
    }

    [Fact]
    public void AnExtentThatIsNotSaidIsNamed()
    {
        var (model, program) = EveryProgram.Get(EveryProgram.Names.First(known => known.Contains(" score", StringComparison.Ordinal)));
        var exporter = new ExecuTorchEngineFactory().Exporter!;
        var error = Assert.Throws<ProgramException>(() =>
            exporter.Write(program, model, Path.Combine(_folder.Path, "x.pte"), WeightFormat.Float32, new Extents(("N", Extent.OneOf(2))))
        );
        Assert.Contains("S", error.Message[error.Message.IndexOf("not said", StringComparison.Ordinal)..], StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }
}
