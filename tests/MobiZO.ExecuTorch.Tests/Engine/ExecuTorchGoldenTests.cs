using MobiZO.Checkpoints;
using MobiZO.ExecuTorch.Tests.Setup;
using MobiZO.Programs.Engines;
using MobiZO.TestKit;
using MobiZO.TestKit.Bodies;
using MobiZO.TestKit.Golden;
using MobiZO.TestKit.Tiny;

namespace MobiZO.ExecuTorch.Tests.Engine;

/// <summary>Programs that were written here run on the released library and have the golden numbers.</summary>
[Collection(ReleasedRuntimeCollection.Name)]
public sealed class ExecuTorchGoldenTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> HuggingFaceModels => [.. GoldenFamilies.Models];

    public static TheoryData<string> PrgeCases => [.. Shared.Folders("fixtures/prge")];

    public static TheoryData<string> MadeUp => [.. TinyFamilies.Names];

    public void Dispose() => _folder.Dispose();

    [ExecuTorchTheory]
    [MemberData(nameof(HuggingFaceModels))]
    public void HuggingFaceLogits(string folder)
    {
        using var engine = Engine();
        GoldenModel.CheckLogits(engine, folder, folder);
    }

    [ExecuTorchTheory]
    [MemberData(nameof(HuggingFaceModels))]
    public void HuggingFaceLosses(string folder)
    {
        using var engine = Engine();
        GoldenModel.CheckLosses(engine, folder, folder);
    }

    [ExecuTorchTheory]
    [MemberData(nameof(PrgeCases))]
    public void PrgeSteps(string folder)
    {
        using var engine = Engine();
        using var golden = new PrgeCase(folder);
        golden.Check(engine, lossTolerance: golden.LossToleranceOfEngines);
    }

    [ExecuTorchTheory]
    [MemberData(nameof(HuggingFaceModels))]
    public void EveryFamily(string folder)
    {
        using var checkpoint = Checkpoint.Open(folder);
        using var engine = Engine();
        new ModelBody(engine, checkpoint.Description, checkpoint).CheckAll();
    }

    [ExecuTorchTheory]
    [MemberData(nameof(MadeUp))]
    public void EveryMechanism(string name)
    {
        using var engine = Engine();
        new ModelBody(engine, TinyFamilies.Get(name).Description, TinyFamilies.Get(name)).CheckAll();
    }

    private IEngine Engine() =>
        new ExecuTorchEngineFactory().Create(new EngineSettings { CacheFolder = Path.Combine(_folder.Path, "cache") });
}
