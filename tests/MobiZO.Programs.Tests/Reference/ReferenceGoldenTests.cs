using MobiZO.Programs.Reference;
using MobiZO.TestKit;
using MobiZO.TestKit.Golden;

namespace MobiZO.Programs.Tests.Reference;

public sealed class ReferenceGoldenTests
{
    public static TheoryData<string> HuggingFaceModels => [.. GoldenFamilies.Models];

    public static TheoryData<string> GgufModels => [.. GoldenFamilies.GgufModels];

    public static TheoryData<string> PrgeCases => [.. Shared.Folders("fixtures/prge")];

    [Theory]
    [MemberData(nameof(HuggingFaceModels))]
    public void HuggingFaceLogits(string folder)
    {
        using var engine = new ReferenceEngine<float>();
        GoldenModel.CheckLogits(engine, folder, folder);
    }

    [Theory]
    [MemberData(nameof(HuggingFaceModels))]
    public void HuggingFaceLosses(string folder)
    {
        using var engine = new ReferenceEngine<float>();
        GoldenModel.CheckLosses(engine, folder, folder);
    }

    [Theory]
    [MemberData(nameof(GgufModels))]
    public void GgufLogits(string folder)
    {
        using var engine = new ReferenceEngine<float>();
        GoldenModel.CheckLogits(engine, folder, Path.Combine(folder, "model.gguf"));
    }

    [Theory]
    [MemberData(nameof(GgufModels))]
    public void GgufLosses(string folder)
    {
        using var engine = new ReferenceEngine<float>();
        GoldenModel.CheckLosses(engine, folder, Path.Combine(folder, "model.gguf"));
    }

    [Theory]
    [MemberData(nameof(PrgeCases))]
    public void PrgeSteps(string folder)
    {
        using var engine = new ReferenceEngine<float>();
        using var golden = new PrgeCase(folder);
        golden.Check(engine);
    }

    [Fact]
    public void TopLayersFromCachedHiddenStates()
    {
        using var engine = new ReferenceEngine<float>();
        using var golden = new PrgeCase(Shared.PathOf("fixtures/prge/two-sided-top1-layer"));
        golden.Check(engine, cachesHidden: true);
    }
}
