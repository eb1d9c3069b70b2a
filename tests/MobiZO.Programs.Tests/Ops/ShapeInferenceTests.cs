using MobiZO.Programs.Building;
using MobiZO.Programs.Ops;

namespace MobiZO.Programs.Tests.Ops;

/// <summary>Wrong shapes are refused when a node is added, with the operation's name, what it expects and what it was given.</summary>
public sealed class ShapeInferenceTests
{
    private static readonly Weight s_matrix = new("w", 6, 4);
    private static readonly Weight s_table = new("table", 40, 4);
    private static readonly Weight s_scale = new("scale", 4);

    private static readonly Dictionary<string, (Operation Operation, string[] Inputs, string Expected)> s_wrong = new()
    {
        ["linear of another width"] = (new Linear(s_matrix, null), ["x [M,5]"], "[M, 4]"),
        ["linear of three axes"] = (new Linear(s_matrix, null), ["x [2,3,4]"], "[M, 4]"),
        ["norm of another width"] = (new RmsNorm(s_scale, 1e-5), ["x [M,5]"], "[M, 4]"),
        ["fp32 ids"] = (new Embedding(s_table), ["ids [N,S]"], "ids [N, S]"),
        ["sum of two shapes"] = (new ResidualAdd(), ["x [M,4]", "y [M,5]"], "two values of one shape"),
        ["sum of two symbols"] = (new ResidualAdd(), ["x [M,4]", "y [N,4]"], "two values of one shape"),
        ["gate and up"] = (new GatedActivation(), ["gate [M,4]", "up [M,5]"], "gate and up of one shape"),
        ["adapter of another input"] = (new MultiPerturbedLora(1), ["y [M,6]", "x [M,4]", "a [2,5]", "stack [P,6,2]"], "A [r, in]"),
        ["adapter of another rank"] = (new MultiPerturbedLora(1), ["y [M,6]", "x [M,4]", "a [2,4]", "stack [P,6,3]"], "stack [P, out, r]"),
        ["adapter of another output"] = (
            new MultiPerturbedLora(1),
            ["y [M,6]", "x [M,4]", "a [2,4]", "stack [P,5,2]"],
            "stack [P, out, r]"
        ),
        ["rotary of another width"] = (new Rotary(4), ["x [M,6]", "cos [M,2]", "sin [M,2]"], "x [M, heads * 4]"),
        ["rotary angles of other rows"] = (new Rotary(4), ["x [M,8]", "cos [N,2]", "sin [N,2]"], "cos and sin [M, 2]"),
        ["attention of another width"] = (
            new CausalAttention(2, 1, 4),
            ["q [N*S,8]", "k [N*S,8]", "v [N*S,8]", "i:positions [N,S]"],
            "k and v [N*S, 4]"
        ),
        ["attention of other rows"] = (new CausalAttention(2, 1, 4), ["q [M,8]", "k [M,4]", "v [M,4]", "i:positions [N,S]"], "q [N*S, 8]"),
        ["cache of other heads"] = (
            new CachedAttention(2, 1, 4),
            ["q [N*S,8]", "k [N*S,4]", "v [N*S,4]", "i:positions [N,S]", "pk [X,2,T,4]", "pv [X,2,T,4]", "i:lengths [X]"],
            "[X, 1, T, 4]"
        ),
        ["cache of other examples"] = (
            new CachedAttention(2, 1, 4),
            ["q [N*S,8]", "k [N*S,4]", "v [N*S,4]", "i:positions [N,S]", "pk [X,1,T,4]", "pv [X,1,T,4]", "i:lengths [N]"],
            "past lengths [X]"
        ),
        ["a tree of other rows"] = (
            new TreeAttention(2, 1, 4),
            ["q [N*S,8]", "k [N*S,4]", "v [N*S,4]", "i:positions [N,S]", "seen [X,S,S]"],
            "seen [N, S, S]"
        ),
        ["a tree with a part of a cache"] = (
            new TreeAttention(2, 1, 4),
            ["q [N*S,8]", "k [N*S,4]", "v [N*S,4]", "i:positions [N,S]", "seen [N,S,S]", "pk [N,1,T,4]"],
            "past lengths where prompts are cached"
        ),
        ["too few inputs of the cache"] = (new CachedAttention(2, 1, 4), ["q [N*S,8]"], "past lengths"),
        ["split of another width"] = (new SplitMatrices([(2, 3), (4, 1)]), ["state [11]"], "10"),
        ["noise of another width"] = (new PerturbStack(), ["b [7]", "noise [q,8]", "i:queries [P]", "coefficients [P]"], "noise [q, n]"),
        ["fp32 query indices"] = (new PerturbStack(), ["b [7]", "noise [q,7]", "queries [P]", "coefficients [P]"], "query indices [P]"),
        ["update of another width"] = (new UpdateState(2), ["b [7]", "noise [2,8]", "g [2]", "rate [1]"], "noise [2, n]"),
        ["update of other queries"] = (new UpdateState(2), ["b [7]", "noise [3,7]", "g [3]", "rate [1]"], "gradients [2]"),
        ["two epsilons"] = (new ProjectGradients(EstimatorKind.TwoSided, 2), ["losses [P]", "epsilon [2]"], "epsilon [1]"),
        ["labels of other decisions"] = (new ChoiceLoss(), ["scores [D,K]", "i:labels [R]", "copies [P]"], "labels [D]"),
        ["candidates of other answers"] = (new CandidateLogits(s_table), ["x [R,4]", "i:ids [N,K]"], "candidate ids [R, K]"),
        ["weights of other answers"] = (new WeightedRows(-1), ["x [R,1]", "w [P,N]"], "weights [D, R]"),
        ["hidden states of other lengths"] = (new RepeatExamples(), ["h [X,T,4]", "i:positions [N,S]"], "positions [N, S]"),
        ["copies of an axis that is not there"] = (new FirstCopy([1]), ["x [R]", "copies [P]"], "a value with axes 1"),
        ["copies that are a matrix"] = (new FirstCopy([0]), ["x [R]", "copies [P,2]"], "copies [P]"),
        ["rows of other answers"] = (new LoraRows(1), ["dy [R,6]", "x [M,4]", "a [2,4]", "i:rows [N]"], "row indices [R]"),
        ["zeros of a value"] = (new Zeros(2, 3), ["x [R]"], "no inputs"),
        ["past of other heads"] = (new KvAppend(), ["past [N,2,T,4]", "new [N,1,S,4]"], "past and new"),
    };

    public static TheoryData<string> Wrong => [.. s_wrong.Keys];

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Wrong_shapes_are_refused(string name)
    {
        var (operation, inputs, expected) = s_wrong[name];
        var builder = new ProgramBuilder();
        Value[] values = [.. inputs.Select(text => Declare(builder, text))];
        var error = Assert.Throws<ProgramException>(() => builder.Add("out", operation, values));
        Assert.Contains(operation.GetType().Name, error.Message);
        Assert.Contains(expected, error.Message);
        Assert.All(values, value => Assert.Contains(value.ToString(), error.Message));
    }

    [Fact]
    public void Names_are_unique_and_results_are_counted()
    {
        var builder = new ProgramBuilder();
        var x = builder.Input("x", "M", 4);
        Assert.Contains("'x'", Assert.Throws<ProgramException>(() => builder.Input("x", 1)).Message);
        Assert.Contains("'x'", Assert.Throws<ProgramException>(() => builder.Add("x", new ResidualAdd(), x, x)).Message);
        var positions = builder.IntegerInput("positions", "N", "S");
        Assert.Contains(
            "RotaryAngles has 2 results",
            Assert.Throws<ProgramException>(() => builder.Add("angles", new RotaryAngles([1, 0.5]), positions)).Message
        );
    }

    [Fact]
    public void Extents_have_shares()
    {
        Dimension answers = "R",
            copies = "P";
        var share = answers / copies;
        Assert.Equal("R/P", share.ToString());
        Assert.Equal(3, share.Bind(new Dictionary<string, long> { ["R"] = 17, ["P"] = 5 }));
        Assert.Equal(("R", "P"), Dimension.FindShare(share.Symbols[0]));
        Assert.Null(Dimension.FindShare("R"));
        Assert.Equal(1, copies / copies);
        Assert.Equal(answers, answers / 1);
        Assert.Equal(3, (Dimension)17 / 5);
        Assert.Throws<ProgramException>(() => answers * "S" / copies);
        Assert.Throws<ProgramException>(() => answers / 2);
        Assert.Throws<ProgramException>(() => share / "S");
    }

    // "i:name [extents]": integers; without i: fp32. A product of symbols is written with a star.
    private static Value Declare(ProgramBuilder builder, string text)
    {
        var isInteger = text.StartsWith("i:", StringComparison.Ordinal);
        var parts = (isInteger ? text[2..] : text).TrimEnd(']').Split(" [");
        Dimension[] shape = [.. parts[1].Split(',').Select(Extent)];
        return isInteger ? builder.IntegerInput(parts[0], shape) : builder.Input(parts[0], shape);
    }

    private static Dimension Extent(string text) =>
        text.Split('*')
            .Aggregate((Dimension)1, (product, part) => product * (int.TryParse(part, out var number) ? number : (Dimension)part));
}
