using MobiZO.Programs.Adapters;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Building;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Ops;
using MobiZO.Programs.Reference;
using MobiZO.TestKit.Tiny;

namespace MobiZO.Programs.Tests;

public sealed class StepProgramTests
{
    public static TheoryData<string> Programs => [.. EveryProgram.Names, .. EveryProgram.GradientNames];

    private static readonly Dictionary<string, HostTensor> s_given = new()
    {
        ["x"] = HostTensor.Of(new float[6], 2, 3),
        ["ids"] = HostTensor.Of([1L, 2L], 2),
    };

    [Fact]
    public void Symbols_are_bound_from_what_is_given() =>
        Assert.Equal(new Dictionary<string, long> { ["M"] = 2 }, Small().BindSymbols(s_given));

    [Fact]
    public void Further_inputs_are_ignored() =>
        Assert.Single(Small().BindSymbols(new Dictionary<string, HostTensor>(s_given) { ["more"] = HostTensor.Of([1f], 1) }));

    [Fact]
    public void Inputs_that_do_not_fit_are_refused_with_both_shapes()
    {
        string Refusal(string name, HostTensor? tensor)
        {
            var given = new Dictionary<string, HostTensor>(s_given);
            given.Remove(name);
            if (tensor is not null)
            {
                given.Add(name, tensor);
            }

            return Assert.Throws<ProgramException>(() => Small().BindSymbols(given)).Message;
        }

        Assert.Contains("needs the input ids Int64 [M]", Refusal("ids", null));
        Assert.Contains("x Float32 [M, 3]; given was Int64 [2, 3]", Refusal("x", HostTensor.Of(new long[6], 2, 3)));
        Assert.Contains("x Float32 [M, 3]; given was Float32 [2, 3, 1]", Refusal("x", HostTensor.Of(new float[6], 2, 3, 1)));
        Assert.Contains("x Float32 [M, 3]; given was Float32 [3, 2]", Refusal("x", HostTensor.Of(new float[6], 3, 2)));
        var conflict = Refusal("ids", HostTensor.Of([1L], 1));
        Assert.Contains("ids Int64 [M]", conflict);
        Assert.Contains("axis 0 is 1", conflict);
        Assert.Contains("M = 2", conflict);
        Assert.All(new[] { "ids", "x" }, name => Assert.Contains("'small'", Refusal(name, null)));
    }

    /// <summary>Engines that compile for fixed shapes need every extent: given the inputs' extents, no symbol is left anywhere.</summary>
    [Theory]
    [MemberData(nameof(Programs))]
    public void Every_extent_is_known_once_the_inputs_are(string name)
    {
        var (model, program) = EveryProgram.Get(name);
        var inputs = ProgramInputs.Of(program);
        var values = program.Inputs.ToDictionary(
            input => input.Name,
            input => new Value(input.Name, input.Type, Fixed(input.Shape, program.BindSymbols(inputs)))
        );
        foreach (var node in program.Nodes)
        {
            var shapes = node.Operation.InferShapes([.. node.Inputs.Select(input => values[input.Name])]);
            for (var i = 0; i < shapes.Count; i++)
            {
                Assert.All(
                    shapes[i].Dimensions,
                    dimension =>
                        Assert.True(dimension.IsConstant, $"{node.Outputs[i]} of {node.Operation.GetType().Name} stays {shapes[i]}")
                );
                values.Add(node.Outputs[i].Name, node.Outputs[i] with { Shape = shapes[i] });
            }
        }

        using var engine = new ReferenceEngine<float>();
        using var session = engine.Load(program, model);
        var outputs = session.Run(inputs);
        Assert.All(
            program.Outputs,
            output =>
                Assert.Equal(values[output.Name].Shape.Dimensions.Select(dimension => (int)dimension.Factor), outputs[output.Name].Shape)
        );
    }

    /// <summary>
    /// A program names operations, weights and symbols only; it is built from the facts of the checkpoint, not from its weights.
    /// </summary>
    [Theory]
    [MemberData(nameof(Programs))]
    public void Programs_know_no_engine_and_no_weight_values(string name)
    {
        var (model, program) = EveryProgram.Get(name);
        Assert.All(program.Nodes, node => Assert.Equal(typeof(Operation).Assembly, node.Operation.GetType().Assembly));
        Assert.All(program.Weights, weight => Assert.Equal(model.FindShape(weight.Name), weight.Shape));
        Assert.Equal(program.Weights.Count, program.Weights.Select(weight => weight.Name).Distinct().Count());
    }

    [Fact]
    public void Layers_outside_the_model_are_refused()
    {
        var model = new TinyLlama();
        var options = new StepOptions { Adapter = model.Adapter(2) };
        foreach (
            var wrong in new[]
            {
                options with
                {
                    FirstLayer = 1,
                },
                options with
                {
                    FirstLayer = 3,
                    Prompt = PrefixKind.Hidden,
                },
                options with
                {
                    FirstLayer = -1,
                    Prompt = PrefixKind.Hidden,
                },
            }
        )
        {
            Assert.Contains($"layer {wrong.FirstLayer} of 2", Assert.Throws<ProgramException>(() => model.Assembler.Step(wrong)).Message);
        }
    }

    [Fact]
    public void Layers_that_copies_share_have_the_rows_of_one_copy()
    {
        var model = new TinyLlama(layers: 3);
        var adapter = model.Adapter(2);
        var upper = new AdapterLayout(2, 1, [.. adapter.Modules.Where(module => module.Layer == 2)]);
        var program = model.Assembler.Step(
            new StepOptions
            {
                Adapter = upper,
                Prompt = PrefixKind.KeyValues,
                SharedLayers = 2,
            }
        );
        Assert.DoesNotContain(program.Inputs, input => input.Name == ProgramNames.InputIds);
        foreach (
            var node in program.Nodes.Where(node =>
                node.Operation is Linear && node.Outputs[0].Name.StartsWith("model.layers.", StringComparison.Ordinal)
            )
        )
        {
            Assert.Equal(
                node.Outputs[0].Name.StartsWith("model.layers.2.", StringComparison.Ordinal) ? "N*S" : "F*S",
                node.Outputs[0].Shape[0].ToString()
            );
        }

        var options = new StepOptions { Adapter = upper, Prompt = PrefixKind.KeyValues };
        Assert.Contains(
            "'model.layers.0.",
            Assert.Throws<ProgramException>(() => model.Assembler.Step(options with { Adapter = adapter, SharedLayers = 2 })).Message
        );
        Assert.Contains(
            "4 of 3 layers",
            Assert.Throws<ProgramException>(() => model.Assembler.Step(options with { Adapter = new(2, 1, []), SharedLayers = 4 })).Message
        );
        Assert.Contains(
            "2 of 3 layers",
            Assert
                .Throws<ProgramException>(() => model.Assembler.Step(options with { Prompt = PrefixKind.Tokens, SharedLayers = 2 }))
                .Message
        );
    }

    [Fact]
    public void A_program_that_starts_above_cached_prompts_needs_nothing_from_below()
    {
        var model = new TinyLlama(layers: 3);
        var adapter = model.Adapter(2);
        var upper = new AdapterLayout(2, 1, [.. adapter.Modules.Where(module => module.Layer == 2)]);
        var options = new StepOptions
        {
            Adapter = upper,
            Prompt = PrefixKind.KeyValues,
            FirstLayer = 2,
        };
        var program = model.Assembler.Step(options);
        string[] names = [.. program.Inputs.Select(input => input.Name)];
        Assert.Contains(ProgramNames.Hidden, names);
        Assert.Equal(
            [ProgramNames.PastKey(2), ProgramNames.PastValue(2)],
            names.Where(name => name.StartsWith("past.", StringComparison.Ordinal))
        );
        Assert.DoesNotContain(names, name => name.EndsWith("input_ids", StringComparison.Ordinal));
        Assert.DoesNotContain(
            program.Weights,
            weight =>
                weight.Name.StartsWith("model.layers.0.", StringComparison.Ordinal)
                || weight.Name.StartsWith("model.layers.1.", StringComparison.Ordinal)
        );
        Assert.Equal(
            [ProgramNames.Hidden, ProgramNames.PresentKey(2), ProgramNames.PresentValue(2)],
            model.Assembler.Prefix(PrefixKind.KeyValues, 2).Outputs.Select(output => output.Name)
        );
        Assert.Contains(
            "'model.layers.0.",
            Assert.Throws<ProgramException>(() => model.Assembler.Step(options with { Adapter = adapter })).Message
        );
        Assert.Contains(
            "share 1 of 3",
            Assert.Throws<ProgramException>(() => model.Assembler.Step(options with { SharedLayers = 1 })).Message
        );
    }

    private static Shape Fixed(Shape shape, IReadOnlyDictionary<string, long> symbols) =>
        new([.. shape.Dimensions.Select(dimension => (Dimension)(int)dimension.Bind(symbols))]);

    private static Program Small()
    {
        var builder = new ProgramBuilder();
        builder.Output(builder.Add("out", new GatherRows(), builder.Input("x", "M", 3), builder.IntegerInput("ids", "M")));
        return builder.Build("small");
    }
}
