using MobiZO.Checkpoints;
using MobiZO.Programs.Reference;
using MobiZO.TestKit;
using MobiZO.TestKit.Bodies;
using MobiZO.TestKit.Golden;
using MobiZO.TestKit.Tiny;

namespace MobiZO.Programs.Tests.Families;

/// <summary>The shared body over every golden folder of a supported family, and over models that use what no family does yet.</summary>
public sealed class FamilyTests
{
    public static TheoryData<string> Folders => [.. GoldenFamilies.Models];

    public static TheoryData<string> MadeUp => [.. TinyFamilies.Names];

    [Theory]
    [MemberData(nameof(Folders))]
    public void Every_family(string folder)
    {
        using var checkpoint = Checkpoint.Open(folder);
        using var engine = new ReferenceEngine<float>();
        new ModelBody(engine, checkpoint.Description, checkpoint).CheckAll();
        new HostDecoderBody(engine, checkpoint.Description, checkpoint).CheckAll();
    }

    [Theory]
    [MemberData(nameof(MadeUp))]
    public void Every_mechanism(string name)
    {
        using var engine = new ReferenceEngine<float>();
        new ModelBody(engine, TinyFamilies.Get(name).Description, TinyFamilies.Get(name)).CheckAll();
        new HostDecoderBody(engine, TinyFamilies.Get(name).Description, TinyFamilies.Get(name)).CheckAll();
    }
}
