using MobiZO.Checkpoints;
using MobiZO.ExecuTorch.Tests.Setup;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Reference;
using MobiZO.TestKit.Bodies;
using MobiZO.TestKit.Tiny;

namespace MobiZO.ExecuTorch.Tests.Engine;

/// <summary>Broadcast directions on the engine, against the interpreter.</summary>
[Collection(ReleasedRuntimeCollection.Name)]
public sealed class ExecuTorchBroadcastTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> MadeUp => [.. TinyFamilies.Names];

    public void Dispose() => _folder.Dispose();

    [ExecuTorchTheory]
    [MemberData(nameof(MadeUp))]
    public void EveryMechanismHasTheDirectionOfTheInterpreter(string name)
    {
        using var engine = Engine(WeightFormat.Float32);
        var body = new BroadcastBody(TinyFamilies.Get(name).Description, TinyFamilies.Get(name));
        body.EqualsInterpreter(engine, TinyFamilies.Get(name), 1e-4);
        body.IsOfTheFirstCopyAlone(engine, 1e-4);
    }

    /// <summary>
    /// The way back reads the head in fp32, and bytes hold it to 1/254 of a row's largest number; of label words the way there reads it so
    /// too.
    /// </summary>
    [ExecuTorchTheory]
    [InlineData(StepLossKind.Tokens, 2e-2)]
    [InlineData(StepLossKind.Choices, 1e-4)]
    [InlineData(StepLossKind.ChoiceSequences, 2e-2)]
    public void MatricesOfBytesHaveTheDirectionOfTheInterpreter(StepLossKind loss, double tolerance)
    {
        var model = new TinyLlama(hidden: 32, headDimension: 8, tied: false);
        var program = model.Assembler.Step(
            new StepOptions
            {
                Adapter = model.Adapter(2),
                Loss = loss,
                Broadcast = true,
            }
        );
        var inputs = ProgramInputs.Of(program);
        using var engine = Engine(WeightFormat.Int8);
        using var session = engine.Load(program, model);
        using var reference = new ReferenceEngine<double>();
        using var oracle = reference.Load(program, new RoundedRows(model, program));
        var expected = oracle.Run(inputs)[ProgramNames.BroadcastGradient].Floats;
        var found = session.Run(inputs)[ProgramNames.BroadcastGradient].Floats;
        var largest = expected.Max(Math.Abs);
        Assert.InRange(expected.Zip(found).Max(pair => Math.Abs(pair.First - pair.Second)) / largest, 0, tolerance);
    }

    /// <summary>A head of several pieces, the last of them shorter.</summary>
    [ExecuTorchFact]
    public void ALargeHeadGoesBackInPieces()
    {
        var model = new TinyLlama(layers: 1, hidden: 32, headDimension: 8, vocabulary: 262_144 + 37);
        var program = model.Assembler.Step(new StepOptions { Adapter = model.Adapter(2, "down_proj"), Broadcast = true });
        var inputs = ProgramInputs.Of(program);
        using var engine = Engine(WeightFormat.Float32);
        using var session = engine.Load(program, model);
        using var reference = new ReferenceEngine<float>();
        using var oracle = reference.Load(program, model);
        ProgramInputs.AssertSame(oracle.Run(inputs), session.Run(inputs), 1e-4);
    }

    private IEngine Engine(WeightFormat format) =>
        new ExecuTorchEngineFactory().Create(new EngineSettings { CacheFolder = Path.Combine(_folder.Path, "cache"), Weights = format });
}
