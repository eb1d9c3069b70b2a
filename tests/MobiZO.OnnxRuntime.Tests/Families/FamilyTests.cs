using MobiZO.Checkpoints;
using MobiZO.OnnxRuntime.Session;
using MobiZO.TestKit;
using MobiZO.TestKit.Bodies;
using MobiZO.TestKit.Golden;
using MobiZO.TestKit.Tiny;

namespace MobiZO.OnnxRuntime.Tests.Families;

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
        using var engine = new OnnxRuntimeEngine();
        new ModelBody(engine, checkpoint.Description, checkpoint).CheckAll();
        new HostDecoderBody(engine, checkpoint.Description, checkpoint).CheckAll();
    }

    [Theory]
    [MemberData(nameof(MadeUp))]
    public void Every_mechanism(string name)
    {
        using var engine = new OnnxRuntimeEngine();
        new ModelBody(engine, TinyFamilies.Get(name).Description, TinyFamilies.Get(name)).CheckAll();
        new HostDecoderBody(engine, TinyFamilies.Get(name).Description, TinyFamilies.Get(name)).CheckAll();
    }

    /// <summary>Gradients are the interpreter's, and what a two-sided query of the step measures.</summary>
    [Theory]
    [MemberData(nameof(Folders))]
    public void Gradients_of_every_family(string folder)
    {
        using var checkpoint = Checkpoint.Open(folder);
        using var engine = new OnnxRuntimeEngine();
        new GradientBody(checkpoint.Description, checkpoint).EqualsInterpreter(engine, checkpoint, 2e-4, isShort: true);
    }

    [Theory]
    [MemberData(nameof(MadeUp))]
    public void Gradients_of_every_mechanism(string name)
    {
        using var engine = new OnnxRuntimeEngine();
        var body = new GradientBody(TinyFamilies.Get(name).Description, TinyFamilies.Get(name));
        body.EqualsInterpreter(engine, TinyFamilies.Get(name), 2e-4);
        body.EqualsProjections(engine);
    }
}
