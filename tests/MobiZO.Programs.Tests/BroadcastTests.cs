using MobiZO.Checkpoints;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Ops;
using MobiZO.Programs.Reference;
using MobiZO.TestKit.Bodies;
using MobiZO.TestKit.Golden;
using MobiZO.TestKit.Tiny;

namespace MobiZO.Programs.Tests;

/// <summary>The broadcast direction of a step: every family, every mechanism, every loss and form of prompts.</summary>
public sealed class BroadcastTests
{
    public static TheoryData<string> Folders => [.. GoldenFamilies.Models];

    public static TheoryData<string> MadeUp => [.. TinyFamilies.Names];

    [Theory]
    [MemberData(nameof(Folders))]
    public void Every_family_has_the_exact_gradient_at_the_end(string folder)
    {
        using var checkpoint = Checkpoint.Open(folder);
        new BroadcastBody(checkpoint.Description, checkpoint).EqualsTheExactGradientAtTheEnd();
    }

    [Theory]
    [MemberData(nameof(MadeUp))]
    public void Every_mechanism_has_the_exact_gradient_at_the_end(string name) => Body(name).EqualsTheExactGradientAtTheEnd();

    [Theory]
    [MemberData(nameof(MadeUp))]
    public void Every_module_has_the_error_times_its_input(string name) => Body(name).EqualsAPlainComputation();

    [Theory]
    [MemberData(nameof(MadeUp))]
    public void Only_the_first_copy_counts(string name)
    {
        using var engine = new ReferenceEngine<double>();
        Body(name).IsOfTheFirstCopyAlone(engine, 2e-7);
    }

    [Fact]
    public void An_update_inside_is_refused()
    {
        var model = new TinyLlama();
        var options = new StepOptions
        {
            Adapter = model.Adapter(2),
            Broadcast = true,
            Update = new EngineUpdate(EstimatorKind.TwoSided, 3),
        };
        var error = Assert.Throws<ProgramException>(() => model.Assembler.Step(options));
        Assert.Contains(nameof(EngineUpdate), error.Message, StringComparison.Ordinal);
        Assert.Throws<ProgramException>(() => model.Assembler.Gradient(options with { Update = null }));
    }

    /// <summary>Of the head's product and of everything behind it only the rows of one copy are computed.</summary>
    [Fact]
    public void No_row_of_other_copies_is_computed()
    {
        var model = new TinyLlama();
        foreach (var loss in Enum.GetValues<StepLossKind>())
        {
            var options = new StepOptions { Adapter = model.Adapter(2), Loss = loss };
            var known = model.Assembler.Step(options).Nodes.SelectMany(node => node.Outputs).ToHashSet();
            var added = model.Assembler.Step(options with { Broadcast = true }).Nodes.SelectMany(node => node.Outputs);
            string[] whole = ["N", "P", "R", "D", "DK", "S"];
            Assert.DoesNotContain(
                added.Where(value => !known.Contains(value)),
                value => value.Shape.Dimensions.Any(extent => extent.Symbols.Any(whole.Contains))
            );
        }
    }

    private static BroadcastBody Body(string name) => new(TinyFamilies.Get(name).Description, TinyFamilies.Get(name));
}
