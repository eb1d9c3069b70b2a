using MobiZO.Checkpoints;
using MobiZO.OnnxRuntime.Session;
using MobiZO.TestKit;
using MobiZO.TestKit.Bodies;
using MobiZO.TestKit.Golden;
using MobiZO.TestKit.Tiny;

namespace MobiZO.OnnxRuntime.Tests.Families;

/// <summary>Broadcast directions are the interpreter's, of the first copy alone, and change no bit of a loss.</summary>
/// <remarks>A class beside <see cref="FamilyTests"/>, so that the two run at once.</remarks>
public sealed class FamilyBroadcastTests
{
    [Theory]
    [MemberData(nameof(FamilyTests.Folders), MemberType = typeof(FamilyTests))]
    public void Broadcast_directions_of_every_family(string folder)
    {
        using var checkpoint = Checkpoint.Open(folder);
        using var engine = new OnnxRuntimeEngine();
        new BroadcastBody(checkpoint.Description, checkpoint).EqualsInterpreter(engine, checkpoint, 2e-5);
    }

    [Theory]
    [MemberData(nameof(FamilyTests.MadeUp), MemberType = typeof(FamilyTests))]
    public void Broadcast_directions_of_every_mechanism(string name)
    {
        using var engine = new OnnxRuntimeEngine();
        var body = new BroadcastBody(TinyFamilies.Get(name).Description, TinyFamilies.Get(name));
        body.EqualsInterpreter(engine, TinyFamilies.Get(name), 2e-5);
        body.IsOfTheFirstCopyAlone(engine, 2e-5);
    }
}
