using MobiZO.Programs;
using MobiZO.Programs.Building;
using MobiZO.Programs.Ops;

namespace MobiZO.OnnxRuntime.Lowering;

/// <summary>Lowers operations over rows [M, H]. Hidden states stay two-dimensional, so that every linear layer is one Gemm on the checkpoint's own [out, in] layout.</summary>
internal static class RowLowering
{
    public static void Lower(OnnxGraphWriter writer, ProgramNode node)
    {
        var inputs = node.Inputs.Select(input => input.Name).ToArray();
        var output = node.Outputs[0].Name;
        switch (node.Operation)
        {
            case Embedding op:
                writer.Node("Gather", [op.Table.Name, writer.Reshape(inputs[0], -1)], output, "", ("axis", 0L));
                break;
            case RmsNorm op:
                RmsNorm(writer, op, inputs[0], output);
                break;
            case Linear op:
                writer.Node("Gemm", op.Bias is null ? [inputs[0], op.Matrix.Name] : [inputs[0], op.Matrix.Name, op.Bias.Name], output, "", ("transB", 1L));
                break;
            case MultiPerturbedLora op:
                Lora(writer, op, inputs, node.Inputs[3].Shape, output);
                break;
            case CandidateLogits op:
                var rows = writer.Node("Gather", [op.Head.Name, inputs[1]], null, "", ("axis", 0L));
                var column = writer.Node("Unsqueeze", [inputs[0], writer.Integers(2)]);
                writer.Node("Squeeze", [writer.Node("MatMul", [rows, column]), writer.Integers(2)], output);
                break;
            case RotaryAngles op:
                Angles(writer, op, inputs[0], node.Outputs);
                break;
            case Rotary:
                Rotate(writer, inputs, output);
                break;
            case GatedActivation:
                var gate = writer.Node("Mul", [inputs[0], writer.Node("Sigmoid", [inputs[0]])]);
                writer.Node("Mul", [gate, inputs[1]], output);
                break;
            case Sum:
                writer.Node("Add", inputs, output);
                break;
            case GatherRows:
                writer.Node("Gather", inputs, output, "", ("axis", 0L));
                break;
            case RepeatExamples:
                Repeat(writer, node, output);
                break;
            case SplitRows:
                writer.Node("Reshape", [inputs[0], writer.ShapeOf(node.Outputs[0].Shape.Dimensions)], output);
                break;
            default:
                throw new ProgramException($"{node.Operation.GetType().Name} is not an operation over rows.");
        }
    }

    /// <summary>Lowers a sum and the norm of it to one operator, which passes over the rows once; the sum is an output of it only when something else reads it.</summary>
    public static void SumAndNorm(OnnxGraphWriter writer, ProgramNode sum, ProgramNode norm, bool givesSum)
    {
        var op = (RmsNorm)norm.Operation;
        writer.Nodes(
            "SkipSimplifiedLayerNormalization",
            [sum.Inputs[0].Name, sum.Inputs[1].Name, op.Scale.Name],
            givesSum ? [norm.Outputs[0].Name, "", "", sum.Outputs[0].Name] : [norm.Outputs[0].Name],
            OnnxGraphWriter.MicrosoftDomain,
            ("epsilon", (float)op.Epsilon));
    }

    // The pattern that runtimes fuse into one RMSNorm kernel.
    private static void RmsNorm(OnnxGraphWriter writer, RmsNorm op, string x, string output)
    {
        var squares = writer.Node("Pow", [x, writer.Number(2)]);
        var mean = writer.Node("ReduceMean", [squares, writer.Integers(-1)], null, "", ("keepdims", 1L));
        var root = writer.Node("Sqrt", [writer.Node("Add", [mean, writer.Number(op.Epsilon)])]);
        writer.Node("Mul", [writer.Node("Div", [x, root]), op.Scale.Name], output);
    }

    private static void Lora(OnnxGraphWriter writer, MultiPerturbedLora op, string[] inputs, Shape stack, string output)
    {
        var down = writer.Node("Gemm", [inputs[1], inputs[2]], null, "", ("transB", 1L));
        var grouped = writer.Reshape(down, stack[0], -1, stack[2]);
        var up = writer.Node("FusedMatMul", [grouped, inputs[3]], null, OnnxGraphWriter.MicrosoftDomain, ("transB", 1L), ("alpha", (float)op.Scale));
        writer.Node("Add", [inputs[0], writer.Reshape(up, -1, stack[1])], output);
    }

    private static void Angles(OnnxGraphWriter writer, RotaryAngles op, string positions, IReadOnlyList<Value> outputs)
    {
        var frequencies = writer.Numbers([1, op.InverseFrequencies.Count], op.InverseFrequencies);
        var column = writer.Node("Cast", [writer.Reshape(positions, -1, 1)], null, "", ("to", 1L));
        var angles = writer.Node("Mul", [column, frequencies]);
        writer.Node("Cos", [angles], outputs[0].Name);
        writer.Node("Sin", [angles], outputs[1].Name);
    }

    // Row m takes row m of the angles: one sequence of M tokens that starts at position 0. The leading axis stays: attention, the only reader, reshapes anyway.
    private static void Rotate(OnnxGraphWriter writer, string[] inputs, string output)
    {
        var sequence = writer.Node("Unsqueeze", [inputs[0], writer.Integers(0)]);
        writer.Node("RotaryEmbedding", [sequence, writer.Integers(0), inputs[1], inputs[2]], output, OnnxGraphWriter.MicrosoftDomain);
    }

    private static void Repeat(OnnxGraphWriter writer, ProgramNode node, string output)
    {
        var (hidden, positions) = (node.Inputs[0], node.Inputs[1]);
        var copies = writer.Node("Div", [writer.Extent(positions.Shape[0]), writer.Extent(hidden.Shape[0])]);
        var flat = writer.Reshape(hidden.Name, -1, hidden.Shape[2]);
        writer.Node("Tile", [flat, writer.Node("Concat", [copies, writer.Integers(1)], null, "", ("axis", 0L))], output);
    }
}
