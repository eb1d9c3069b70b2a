using MobiZO.OnnxRuntime.Session;
using MobiZO.TestKit;
using MobiZO.TestKit.Golden;

namespace MobiZO.OnnxRuntime.Tests.Session;

public sealed class OnnxRuntimeGoldenTests
{
    public static TheoryData<string> HuggingFaceModels => [.. GoldenFamilies.Models, .. Shared.Folders("models", "stories260K-hf")];

    public static TheoryData<string> GgufModels => [.. GoldenFamilies.GgufModels];

    public static TheoryData<string> PrgeCases => [.. Shared.Folders("fixtures/prge")];

    [SharedTheory("fixtures/models")]
    [MemberData(nameof(HuggingFaceModels))]
    public void HuggingFaceLogits(string folder)
    {
        using var engine = new OnnxRuntimeEngine();
        GoldenModel.CheckLogits(engine, folder, folder);
    }

    [SharedTheory("fixtures/models")]
    [MemberData(nameof(HuggingFaceModels))]
    public void HuggingFaceLosses(string folder)
    {
        using var engine = new OnnxRuntimeEngine();
        GoldenModel.CheckLosses(engine, folder, folder);
    }

    [SharedTheory("fixtures/gguf")]
    [MemberData(nameof(GgufModels))]
    public void GgufLogits(string folder)
    {
        using var engine = new OnnxRuntimeEngine();
        GoldenModel.CheckLogits(engine, folder, Path.Combine(folder, "model.gguf"));
    }

    [SharedTheory("fixtures/gguf")]
    [MemberData(nameof(GgufModels))]
    public void GgufLosses(string folder)
    {
        using var engine = new OnnxRuntimeEngine();
        GoldenModel.CheckLosses(engine, folder, Path.Combine(folder, "model.gguf"));
    }

    [SharedTheory("fixtures/prge")]
    [MemberData(nameof(PrgeCases))]
    public void PrgeSteps(string folder)
    {
        using var engine = new OnnxRuntimeEngine();
        using var golden = new PrgeCase(folder);

        // With its large B (rate 0.1) one of this case's 80 losses (12.49) is ill-conditioned: the fp32 sums of ONNX Runtime 1.29 put it 3.4e-5 off,
        // those of 1.31.1 6.9e-5, sums in double 1e-6.
        var isIllConditioned = Path.GetFileName(folder) == "stories260K-10-steps";
        golden.Check(engine, lossTolerance: isIllConditioned ? 1e-4 : 2e-5);
    }

    [SharedFact("fixtures/prge/two-sided-top1-layer")]
    public void TopLayersFromCachedHiddenStates()
    {
        using var engine = new OnnxRuntimeEngine();
        using var golden = new PrgeCase(Shared.PathOf("fixtures/prge/two-sided-top1-layer"));
        golden.Check(engine, cachesHidden: true);
    }
}
