using MobiZO.OnnxRuntime.Session;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Reference;
using MobiZO.TestKit;
using MobiZO.TestKit.Golden;

namespace MobiZO.Slow.Tests.Engines;

/// <summary>
/// A small trained model: logits and losses against transformers, P-RGE steps against the fp64 reference (READMEs beside them).
/// </summary>
public sealed class StoriesGoldenTests
{
    private const string Model = "models/stories260K-hf";

    [SharedTheory(Model)]
    [InlineData(false)]
    [InlineData(true)]
    public void Logits_and_losses(bool isReference)
    {
        using var engine = Engine(isReference);
        var folder = Shared.PathOf(Model);
        GoldenModel.CheckLogits(engine, folder, folder);
        GoldenModel.CheckLosses(engine, folder, folder);
    }

    [SharedTheory(Model)]
    [InlineData("stories260K-10-steps", false)]
    [InlineData("stories260K-10-steps", true)]
    [InlineData("stories260K-activated", false)]
    [InlineData("stories260K-activated", true)]
    public void Steps(string name, bool isReference)
    {
        using var engine = Engine(isReference);
        using var golden = new PrgeCase(Shared.PathOf("fixtures", "prge", name));
        golden.Check(engine, lossTolerance: golden.LossToleranceOfEngines);
    }

    private static IEngine Engine(bool isReference) => isReference ? new ReferenceEngine<float>() : new OnnxRuntimeEngine();
}
