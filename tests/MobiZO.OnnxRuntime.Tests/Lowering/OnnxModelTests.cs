using System.Globalization;
using Google.Protobuf;
using MobiZO.Checkpoints;
using MobiZO.Checkpoints.WeightFiles;
using MobiZO.OnnxRuntime.Lowering;
using MobiZO.OnnxRuntime.Lowering.Format;
using MobiZO.OnnxRuntime.Session;
using MobiZO.Programs;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Ops;
using MobiZO.TestKit.Tiny;

namespace MobiZO.OnnxRuntime.Tests.Lowering;

/// <summary>Every lowered program keeps the rules of the ONNX format, whatever runtime reads it.</summary>
public sealed class OnnxModelTests
{
    private const int FloatType = 1;
    private const int ByteType = 2;
    private const int Int64Type = 7;
    private const int Page = 4096;

    public static TheoryData<string> Programs => [.. EveryProgram.Names, .. EveryProgram.GradientNames];

    [Theory]
    [MemberData(nameof(Programs))]
    public void Every_program_is_a_sound_model(string name)
    {
        var (_, program) = EveryProgram.Get(name);
        var (offsets, fileLength) = Offsets(program.Weights.Select(weight => (weight.Name, weight.Count)));
        CheckModel(program, OnnxLowering.Lower(program, "weights.bin", weight => offsets[weight.Name]), fileLength);
    }

    [Theory]
    [InlineData(WeightFormat.Int8)]
    [InlineData(WeightFormat.Int4)]
    public void Programs_with_quantized_weights_are_sound_models(WeightFormat format)
    {
        foreach (var (name, model, program) in QuantizedPrograms.All)
        {
            var source = new QuantizedWeights(model, format);
            var layout = WeightLayout.Of(source, source.Names);
            var lowered = OnnxLowering.Lower(
                program,
                "weights.bin",
                weight => layout.OffsetOf(weight.Name),
                weight => layout.PlaceOf(weight.Name)
            );
            CheckModel(program, lowered, layout.Length);
            CheckUse(lowered.Graph);
            var readsMatrices = program.Nodes.Any(node => node.Operation is Linear);
            Assert.True(readsMatrices == lowered.Graph.Node.Any(node => node.OpType == "MatMulNBits"), name);
            Assert.DoesNotContain(
                lowered.Graph.Initializer,
                tensor => program.Weights.Any(weight => weight.Name == tensor.Name && weight.Shape.Count == 2)
            );
        }
    }

    /// <summary>
    /// ONNX Runtime packs a constant on the right of a product and keeps it: one way round for every matrix, so the way back takes none.
    /// </summary>
    [Fact]
    public void No_matrix_is_a_constant_of_two_products()
    {
        foreach (var name in EveryProgram.GradientNames)
        {
            var graph = OnnxLowering.Lower(EveryProgram.Get(name).Program, "weights.bin", _ => 0).Graph;
            var constants = graph.Initializer.Select(tensor => tensor.Name).ToHashSet(StringComparer.Ordinal);
            var packed = graph
                .Node.Where(node => node.OpType is "Gemm" or "MatMul" or "FusedMatMul")
                .Select(node => node.Input[1])
                .Where(constants.Contains)
                .ToArray();
            Assert.NotEmpty(packed);
            Assert.Equal(packed.Distinct(), packed);
        }
    }

    private static void CheckModel(Program program, ModelProto lowered, long fileLength)
    {
        var model = ModelProto.Parser.ParseFrom(lowered.ToByteArray());
        Assert.Equal(10, model.IrVersion);
        var domains = model.OpsetImport.ToDictionary(entry => entry.Domain, entry => entry.Version);
        Assert.Equal(new Dictionary<string, long> { [""] = 21, ["com.microsoft"] = 1 }, domains);

        var defined = new HashSet<string>(StringComparer.Ordinal);
        foreach (var input in model.Graph.Input)
        {
            Assert.True(defined.Add(input.Name), $"input {input.Name} is there twice");
            CheckType(input);
        }

        foreach (var tensor in model.Graph.Initializer)
        {
            Assert.True(defined.Add(tensor.Name), $"initializer {tensor.Name} has the name of another value");
            CheckInitializer(tensor, fileLength);
        }

        CheckNodes(model.Graph, defined, domains.Keys);
        Assert.Equal(program.Inputs.Select(input => input.Name), model.Graph.Input.Select(input => input.Name));
        Assert.Equal(program.Outputs.Select(output => output.Name), model.Graph.Output.Select(output => output.Name));
        Assert.All(model.Graph.Output, output => Assert.Contains(output.Name, defined));
        Assert.All(model.Graph.Output, CheckType);
    }

    /// <summary>What is computed is used: dead nodes would cost time in runtimes that do not remove them.</summary>
    [Theory]
    [MemberData(nameof(Programs))]
    public void Every_value_is_read(string name)
    {
        var (_, program) = EveryProgram.Get(name);
        CheckUse(OnnxLowering.Lower(program, "weights.bin", _ => 0).Graph);
    }

    private static void CheckUse(GraphProto graph)
    {
        var read = graph
            .Node.SelectMany(node => node.Input)
            .Concat(graph.Output.Select(output => output.Name))
            .ToHashSet(StringComparer.Ordinal);

        // Every update has the same inputs; where the spread of the losses is the scale, epsilon cancels.
        read.Add(ProgramNames.Epsilon);

        // Of a projection that is cut, one part may be enough (the keys and values of a prefix).
        var cut = graph.Node.Where(node => node.OpType == "Split" && node.Output.Any(read.Contains)).SelectMany(node => node.Output);
        read.UnionWith(cut.ToArray());
        var made = graph
            .Node.SelectMany(node => node.Output)
            .Where(output => output.Length > 0)
            .Concat(graph.Initializer.Select(tensor => tensor.Name))
            .Concat(graph.Input.Select(input => input.Name));
        Assert.DoesNotContain(made, value => !read.Contains(value));
    }

    private static void CheckNodes(GraphProto graph, HashSet<string> defined, IEnumerable<string> domains)
    {
        Assert.Equal(graph.Node.Count, graph.Node.Select(node => node.Name).Distinct().Count());
        foreach (var node in graph.Node)
        {
            Assert.Contains(node.Domain, domains);
            Assert.True(
                OperatorRule.Allowed.TryGetValue((node.Domain, node.OpType), out var rule),
                $"{node.Domain} {node.OpType} is not on the list of operators"
            );
            Assert.InRange(node.Input.Count, rule.Inputs.Least, rule.Inputs.Most);
            Assert.InRange(node.Output.Count, rule.Outputs.Least, rule.Outputs.Most);
            Assert.Equal(node.Attribute.Count, node.Attribute.Select(attribute => attribute.Name).Distinct().Count());
            foreach (var attribute in node.Attribute)
            {
                Assert.True(
                    rule.Attributes.Contains((attribute.Name, attribute.Type)),
                    $"{node.OpType}: attribute {attribute.Name} of type {attribute.Type}"
                );
            }

            Assert.All(node.Input, input => Assert.True(defined.Contains(input), $"{node.Name} reads '{input}' before it is made"));
            Assert.False(
                node.Output[0].Length == 0 || node.Output[^1].Length == 0,
                $"{node.Name} leaves an output out that is not in the middle"
            );
            Assert.All(
                node.Output.Where(output => output.Length > 0),
                output => Assert.True(defined.Add(output), $"{node.Name} makes '{output}' again")
            );
        }
    }

    private static void CheckInitializer(TensorProto tensor, long fileLength)
    {
        Assert.Contains(tensor.DataType, new[] { FloatType, ByteType, Int64Type });
        var bytes =
            tensor.Dims.Aggregate(1L, (product, extent) => product * extent)
            * (
                tensor.DataType == FloatType ? 4
                : tensor.DataType == ByteType ? 1
                : 8
            );
        if (tensor.DataLocation == TensorProto.Types.DataLocation.Default)
        {
            Assert.Empty(tensor.ExternalData);
            Assert.Equal(bytes, tensor.RawData.Length);
            return;
        }

        var external = tensor.ExternalData.ToDictionary(entry => entry.Key, entry => entry.Value);
        Assert.True(tensor.RawData.IsEmpty);
        Assert.Equal("weights.bin", external["location"]);
        var (offset, length) = (
            long.Parse(external["offset"], CultureInfo.InvariantCulture),
            long.Parse(external["length"], CultureInfo.InvariantCulture)
        );
        Assert.Equal(bytes, length);
        Assert.Equal(0, offset % Page);
        Assert.InRange(offset + length, 0, fileLength);
    }

    private static void CheckType(ValueInfoProto value)
    {
        Assert.Contains(value.Type.TensorType.ElemType, new[] { FloatType, Int64Type });
        Assert.All(value.Type.TensorType.Shape.Dim, dimension => Assert.True(dimension.DimValue > 0 || dimension.DimParam.Length > 0));
    }

    private static (Dictionary<string, long> Offsets, long Length) Offsets(IEnumerable<(string Name, long Count)> weights)
    {
        var (offsets, length) = (new Dictionary<string, long>(StringComparer.Ordinal), 0L);
        foreach (var (name, count) in weights)
        {
            offsets.Add(name, length);
            length += ((count * 4) + Page - 1) / Page * Page;
        }

        return (offsets, length);
    }
}
