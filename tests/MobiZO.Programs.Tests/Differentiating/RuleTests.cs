using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Architecture;
using MobiZO.Programs.Building;
using MobiZO.Programs.Differentiating;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Ops;
using MobiZO.Programs.Reference;
using MobiZO.Programs.ReverseOps;
using MobiZO.TestKit.Tiny;

namespace MobiZO.Programs.Tests.Differentiating;

/// <summary>
/// Every rule by itself: the gradient of a weighted sum of what an operation makes, number by number against central differences of fourth
/// order on sums that are computed in double and read in fp32: 1e-4 of 1 + the number.
/// </summary>
public sealed class RuleTests
{
    private const double Step = 0.05;
    private const double Tolerance = 1e-4;

    private static readonly Weight s_matrix = new("matrix", 6, 4);
    private static readonly Weight s_bias = new("bias", 6);
    private static readonly Weight s_scale = new("scale", 4);
    private static readonly Weight s_shift = new("shift", 4);

    // Of every input its name and extents; one with i: holds the integers behind it, one with c: is a constant.
    private static readonly Dictionary<string, (Operation Operation, string[] Inputs)> s_cases = new(StringComparer.Ordinal)
    {
        ["linear"] = (new Linear(s_matrix, s_bias), ["x 3 4"]),
        ["adapter"] = (new MultiPerturbedLora(1.5), ["y 4 6", "x 4 5", "a 2 5", "stack 1 6 2"]),
        ["adapter of two copies"] = (new MultiPerturbedLora(1.5), ["y 4 6", "x 4 5", "a 2 5", "stack 2 6 2"]),
        ["rms norm"] = (new RmsNorm(s_scale, 1e-2), ["x 3 4"]),
        ["rms norm of heads"] = (new RmsNorm(s_scale, 1e-2), ["x 3 8"]),
        ["layer norm"] = (new LayerNorm(s_scale, s_shift, 1e-2), ["x 3 4"]),
        ["layer norm of heads"] = (new LayerNorm(s_scale, null, 1e-2), ["x 3 8"]),
        ["silu"] = (new Activation(ActivationKind.Silu), ["x 3 4"]),
        ["gelu"] = (new Activation(ActivationKind.Gelu), ["x 3 4"]),
        ["gelu by tanh"] = (new Activation(ActivationKind.GeluTanh), ["x 3 4"]),
        ["relu"] = (new Activation(ActivationKind.Relu), ["x 3 4"]),
        ["gated silu"] = (new GatedActivation(), ["gate 3 4", "up 3 4"]),
        ["gated gelu"] = (new GatedActivation(ActivationKind.GeluTanh), ["gate 3 4", "up 3 4"]),
        ["scale"] = (new Scale(-0.7), ["x 3 4"]),
        ["cap"] = (new SoftCap(1.5), ["x 3 4"]),
        ["sum"] = (new ResidualAdd(), ["x 3 4", "y 3 4"]),
        ["rotary"] = (new Rotary(6), ["x 3 12", "c:cos 3 2", "c:sin 3 2"]),
        ["columns"] = (new SplitColumns([2, 3, 1]), ["x 3 6"]),
        ["groups"] = (new SplitGroups(4, 2, 3), ["x 2 24"]),
        ["matrices"] = (new SplitMatrices([(2, 3), (1, 4)]), ["x 10"]),
        ["matrices of copies"] = (new SplitMatrices([(2, 3), (1, 4)]), ["x 2 10"]),
        ["single copy"] = (new SingleStack(), ["x 5"]),
        ["picked rows"] = (new GatherRows(), ["x 4 3", "i:rows 3 = 2 0 2"]),
        ["attention"] = (new CausalAttention(4, 2, 3), ["q 6 12", "k 6 6", "v 6 6", "i:positions 2 3 = 0 1 2 0 1 2"]),
        ["attention with window and cap"] = (
            new CausalAttention(2, 1, 3)
            {
                Scale = 0.8,
                Window = 2,
                Cap = 1.5,
            },
            ["q 4 6", "k 4 3", "v 4 3", "i:positions 1 4 = 0 1 2 3"]
        ),
        ["cached attention"] = (
            new CachedAttention(4, 2, 3),
            ["q 8 12", "k 8 6", "v 8 6", "i:positions 4 2 = 2 3 1 2 2 3 1 2", "c:past_k 2 2 3 3", "c:past_v 2 2 3 3", "i:lengths 2 = 2 1"]
        ),
        ["cached attention with window and cap"] = (
            new CachedAttention(2, 1, 3)
            {
                Scale = 0.8,
                Window = 3,
                Cap = 1.5,
            },
            ["q 4 6", "k 4 3", "v 4 3", "i:positions 2 2 = 3 4 1 2", "c:past_k 2 1 3 3", "c:past_v 2 1 3 3", "i:lengths 2 = 3 1"]
        ),
        ["candidate logits"] = (new CandidateLogits(s_matrix, s_bias), ["x 3 4", "i:ids 3 2 = 5 0 2 2 1 4"]),
        ["log-probabilities"] = (new CandidateLogProbabilities(), ["logits 3 5", "i:ids 3 2 = 4 0 2 2 1 3"]),
        ["weighted rows"] = (new WeightedRows(-1), ["x 4 1", "c:weights 3 4"]),
        ["choice loss"] = (new ChoiceLoss(), ["scores 4 3", "i:labels 4 = 2 0 1 1", "c:copies 2"]),
        ["choice loss of one copy"] = (new ChoiceLoss(), ["scores 4 3", "i:labels 4 = 2 0 1 1"]),
        ["choice scores"] = (new ChoiceScores(), ["scores 6", "i:labels 2 = 0 1"]),
    };

    public static TheoryData<string> Cases => [.. s_cases.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_rule_equals_finite_differences(string name)
    {
        var (program, inputs, wanted) = Build(name);
        using var engine = new ReferenceEngine<double>();
        using var session = engine.Load(program, new RandomWeights());
        var outputs = session.Run(inputs);
        foreach (var value in wanted)
        {
            var gradient = outputs[value + ".gradient.out"];
            Assert.Equal(inputs[value].Shape, gradient.Shape);
            for (var i = 0; i < gradient.Count; i++)
            {
                double LossAt(double distance)
                {
                    float[] moved = [.. inputs[value].Floats];
                    moved[i] += (float)distance;
                    return session
                        .Run(
                            new Dictionary<string, HostTensor>(inputs, StringComparer.Ordinal)
                            {
                                [value] = HostTensor.Of(moved, inputs[value].Shape),
                            }
                        )["loss"]
                        .Floats[0];
                }

                var measured = ((8 * (LossAt(Step) - LossAt(-Step))) - LossAt(2 * Step) + LossAt(-2 * Step)) / (12 * Step);
                Assert.True(
                    Math.Abs(measured - gradient.Floats[i]) <= Tolerance * (1 + Math.Abs(measured)),
                    $"{value}[{i}]: slope {measured:R}, gradient {gradient.Floats[i]:R}"
                );
            }
        }
    }

    [Fact]
    public void Every_operation_of_the_way_back_is_in_a_rule()
    {
        var used = s_cases.Keys.SelectMany(name => Build(name).Program.Nodes).Select(node => node.Operation.GetType()).ToHashSet();
        var all = typeof(One).Assembly.GetTypes().Where(type => type.Namespace == typeof(One).Namespace && type.IsPublic);
        Assert.Empty(all.Except(used));
    }

    [Fact]
    public void An_operation_without_a_rule_is_named()
    {
        var builder = new ProgramBuilder();
        var hidden = builder.Input("hidden", 1, 1, 2);
        var repeated = builder.Add("repeated", new RepeatExamples(), hidden, builder.IntegerInput("positions", 1, 1));
        var loss = Sum(builder, [repeated]);
        Assert.Contains(
            "RepeatExamples has no rule",
            Assert.Throws<ProgramException>(() => Differentiation.Add(builder, loss, hidden)).Message
        );
    }

    [Fact]
    public void An_input_that_a_rule_takes_as_a_constant_is_named()
    {
        var builder = new ProgramBuilder();
        var (x, cosine, sine) = (builder.Input("x", 1, 4), builder.Input("cos", 1, 2), builder.Input("sin", 1, 2));
        var loss = Sum(builder, [builder.Add("y", new Rotary(4), x, cosine, sine)]);
        Assert.Contains("input cos", Assert.Throws<ProgramException>(() => Differentiation.Add(builder, loss, x, cosine)).Message);
    }

    [Fact]
    public void What_the_loss_does_not_depend_on_is_named()
    {
        var builder = new ProgramBuilder();
        var (x, other) = (builder.Input("x", 2, 2), builder.Input("other", 2, 2));
        builder.Add("unread", new Scale(2), other);
        var loss = Sum(builder, [builder.Add("y", new Scale(3), x)]);
        Assert.Contains(
            "does not depend on other",
            Assert.Throws<ProgramException>(() => Differentiation.Add(builder, loss, other)).Message
        );
        Assert.Contains("of one number", Assert.Throws<ProgramException>(() => Differentiation.Add(builder, x, x)).Message);
    }

    [Fact]
    public void A_value_that_is_read_twice_gets_both_gradients()
    {
        var builder = new ProgramBuilder();
        var x = builder.Input("x", 1, 1);
        var loss = Sum(builder, [builder.Add("y", new Scale(3), x), builder.Add("z", new ResidualAdd(), x, x)]);
        builder.Output(Differentiation.Add(builder, loss, x)[0]);
        using var engine = new ReferenceEngine<double>();
        using var session = engine.Load(builder.BuildNeeded("twice"), new RandomWeights());
        var outputs = session.Run(
            new Dictionary<string, HostTensor>(StringComparer.Ordinal)
            {
                ["x"] = HostTensor.Of([1f], 1, 1),
                ["y.weights"] = HostTensor.Of([2f], 1, 1),
                ["z.weights"] = HostTensor.Of([10f], 1, 1),
                ["y.like"] = HostTensor.Of([0f], 1, 1),
                ["z.like"] = HostTensor.Of([0f], 1, 1),
            }
        );
        Assert.Equal(26, outputs.Values.Single().Floats[0]);
    }

    private static (Program Program, Dictionary<string, HostTensor> Inputs, string[] Wanted) Build(string name)
    {
        var (operation, declared) = s_cases[name];
        var builder = new ProgramBuilder();
        var random = new PlainRandom((ulong)name.Length);
        var inputs = new Dictionary<string, HostTensor>(StringComparer.Ordinal);
        var (values, wanted) = (new List<Value>(), new List<Value>());
        foreach (var text in declared)
        {
            var words = text.Split(" = ")[0].Split(' ');
            int[] shape = [.. words[1..].Select(word => int.Parse(word, System.Globalization.CultureInfo.InvariantCulture))];
            Dimension[] extents = [.. shape.Select(extent => (Dimension)extent)];
            if (text.StartsWith("i:", StringComparison.Ordinal))
            {
                long[] integers =
                [
                    .. text.Split(" = ")[1].Split(' ').Select(word => long.Parse(word, System.Globalization.CultureInfo.InvariantCulture)),
                ];
                values.Add(builder.IntegerInput(words[0], extents));
                inputs.Add(words[0], HostTensor.Of(integers, shape));
                continue;
            }

            values.Add(builder.Input(words[0], extents));
            inputs.Add(words[0], HostTensor.Of(Away(random, shape.Aggregate(1, (product, extent) => product * extent)), shape));
            if (!text.StartsWith("c:", StringComparison.Ordinal))
            {
                wanted.Add(values[^1]);
            }
        }

        var count = operation.InferShapes(values).Count;
        var made = builder.AddMany([.. Enumerable.Range(0, count).Select(i => $"made{i}")], operation, values);
        var loss = Sum(builder, made);
        foreach (var value in made)
        {
            var size = (int)value.Shape.Size.Factor;
            inputs.Add(value.Name + ".weights", HostTensor.Of(random.Normals(size), 1, size));
            inputs.Add(value.Name + ".like", HostTensor.Of(new float[size], size, 1));
        }

        builder.Output(builder.Add("loss", new Scale(1), loss));
        foreach (var (value, gradient) in wanted.Zip(Differentiation.Add(builder, loss, wanted)))
        {
            builder.Output(builder.Add(value.Name + ".gradient.out", new Scale(1), gradient));
        }

        return (builder.BuildNeeded("rule"), inputs, [.. wanted.Select(value => value.Name)]);
    }

    /// <summary>A weighted sum of all numbers of some values.</summary>
    private static Value Sum(ProgramBuilder builder, IReadOnlyList<Value> values) =>
        values
            .Select(value =>
            {
                var size = (int)value.Shape.Size.Factor;
                var column = builder.Add(value.Name + ".column", new ShapedLike(), value, builder.Input(value.Name + ".like", size, 1));
                return builder.Add(value.Name + ".sum", new WeightedRows(1), column, builder.Input(value.Name + ".weights", 1, size));
            })
            .Aggregate((left, right) => builder.Add($"{left.Name}+{right.Name}", new ResidualAdd(), left, right));

    // Away from the edge of relu, which no difference may cross.
    private static float[] Away(PlainRandom random, int count) =>
        Array.ConvertAll(random.Normals(count), value => value + (value < 0 ? -0.15f : 0.15f));

    private sealed class RandomWeights : IWeightSource
    {
        private static readonly Dictionary<string, int[]> s_shapes = new Weight[] { s_matrix, s_bias, s_scale, s_shift }.ToDictionary(
            weight => weight.Name,
            weight => weight.Shape.ToArray(),
            StringComparer.Ordinal
        );

        public string Fingerprint => "random";

        public IReadOnlyCollection<string> Names => s_shapes.Keys;

        public IReadOnlyList<int>? FindShape(string name) => s_shapes.GetValueOrDefault(name);

        public TensorRole? FindRole(string name) => null;

        public void Read(string name, long start, Span<float> destination) =>
            new PlainRandom((ulong)name.Length).Normals(100).AsSpan((int)start, destination.Length).CopyTo(destination);
    }
}
