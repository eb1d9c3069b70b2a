using MobiZO.Checkpoints;
using MobiZO.Programs.Reference;
using MobiZO.TestKit.Bodies;
using MobiZO.TestKit.Golden;
using MobiZO.TestKit.Tiny;

namespace MobiZO.Programs.Tests.Differentiating;

/// <summary>
/// Gradients of whole models against finite differences, and against what a two-sided query of the step measures: every family, every
/// mechanism, every loss and form of prompts.
/// </summary>
public sealed class FamilyGradientTests
{
    public static TheoryData<string> Folders => [.. GoldenFamilies.Models];

    public static TheoryData<string> MadeUp => [.. TinyFamilies.Names];

    [Theory]
    [MemberData(nameof(Folders))]
    public void Every_family(string folder)
    {
        using var checkpoint = Checkpoint.Open(folder);
        new GradientBody(checkpoint.Description, checkpoint).EqualsFiniteDifferences(isShort: true);
    }

    [Theory]
    [MemberData(nameof(MadeUp))]
    public void Every_mechanism(string name) =>
        new GradientBody(TinyFamilies.Get(name).Description, TinyFamilies.Get(name)).EqualsFiniteDifferences();

    [Theory]
    [MemberData(nameof(MadeUp))]
    public void Projected_gradients_are_projections(string name)
    {
        using var engine = new ReferenceEngine<double>();
        new GradientBody(TinyFamilies.Get(name).Description, TinyFamilies.Get(name)).EqualsProjections(engine);
    }
}
