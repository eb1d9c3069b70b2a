using MobiZO.Programs.Reference;
using MobiZO.TestKit;
using MobiZO.TestKit.Golden;

namespace MobiZO.Programs.Tests.Reference;

public sealed class DoublePrecisionTests
{
    public static TheoryData<string> PrgeCases => [.. Shared.Folders("fixtures/prge")];

    [Theory]
    [MemberData(nameof(PrgeCases))]
    public void PrgeSteps(string folder)
    {
        using var engine = new ReferenceEngine<double>();
        using var golden = new PrgeCase(folder);
        golden.Check(engine);
    }
}
