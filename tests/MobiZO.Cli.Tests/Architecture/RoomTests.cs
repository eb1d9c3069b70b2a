namespace MobiZO.Cli.Tests.Architecture;

/// <summary>Folders are rooms, and no two rooms need each other.</summary>
public sealed class RoomTests
{
    [Theory]
    [InlineData("MobiZO.Text")]
    [InlineData("MobiZO.Checkpoints")]
    [InlineData("MobiZO.Programs")]
    [InlineData("MobiZO.ExecuTorch")]
    [InlineData("MobiZO.OnnxRuntime")]
    [InlineData("MobiZO")]
    [InlineData("MobiZO.Cli")]
    public void No_two_rooms_need_each_other(string project)
    {
        var graph = RoomGraph.Of(project);
        Assert.True(graph.Rooms.Count > 1);
        Assert.True(!graph.Circles().Any(), string.Join(Environment.NewLine, graph.Circles()));
    }

    [Fact]
    public void A_circle_is_found_with_the_needs_that_close_it()
    {
        var graph = RoomGraph.Of("P", [("P.A.X", "P.B.Y"), ("P.B.Z", "P.C.V"), ("P.C.V", "P.A.W"), ("P.A.X", "P.D.U")]);
        Assert.Equal(["P.A -> P.B: P.A.X needs P.B.Y", "P.B -> P.C: P.B.Z needs P.C.V", "P.C -> P.A: P.C.V needs P.A.W"], graph.Circles());
    }

    [Fact]
    public void Types_of_the_project_folder_are_rooms_of_their_own()
    {
        Assert.Empty(RoomGraph.Of("P", [("P.Door", "P.A.X"), ("P.A.X", "P.Trouble")]).Circles());
        Assert.Equal(2, RoomGraph.Of("P", [("P.Door", "P.A.X"), ("P.A.X", "P.Door")]).Circles().Count());
    }

    [Fact]
    public void Types_beside_inner_folders_are_rooms_of_their_own() =>
        Assert.Empty(RoomGraph.Of("P", [("P.A.Face", "P.A.Inner.X"), ("P.A.Inner.X", "P.A.Trouble"), ("P.B.Y", "P.A.Face")]).Circles());

    [Fact]
    public void Types_of_one_folder_may_need_each_other() =>
        Assert.Empty(RoomGraph.Of("P", [("P.A.X", "P.A.Y"), ("P.A.Y", "P.A.X"), ("P.A.X", "P.A.Inner.Z")]).Circles());

    /// <summary>Every way to need a type that leaves a trace in an assembly is seen.</summary>
    [Fact]
    public void Needs_are_read_from_signatures_bodies_and_attributes()
    {
        using var references = new TypeReferences(typeof(RoomTests).Assembly.Location);
        var needed = references.All().Where(pair => pair.Type == typeof(Sample).FullName).Select(pair => pair.Needed);
        Assert.Equal(
            new[]
            {
                typeof(SampleBase),
                typeof(SampleGeneric<>),
                typeof(SampleArgument),
                typeof(SampleBody),
                typeof(SampleLambda),
                typeof(SampleAttribute),
                typeof(SampleNamed),
            }
                .Select(type => type.FullName)
                .Order(StringComparer.Ordinal),
            needed.Order(StringComparer.Ordinal)
        );
    }
}

#pragma warning disable CA1852, CA1812
internal class SampleBase;

internal sealed class SampleGeneric<T>;

internal sealed class SampleArgument;

internal sealed class SampleBody;

internal sealed class SampleLambda;

internal sealed class SampleNamed;

[AttributeUsage(AttributeTargets.Class)]
internal sealed class SampleAttribute(Type type) : Attribute
{
    public Type Type => type;
}

[Sample(typeof(SampleNamed))]
internal sealed class Sample : SampleBase
{
    private static readonly Func<object> s_make = () => new SampleLambda();

    public static object Make(SampleGeneric<SampleArgument[]> given) => given is null ? new SampleBody() : s_make();
}
