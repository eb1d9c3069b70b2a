using MobiZO.Programs;
using MobiZO.Programs.Building;
using MobiZO.Programs.ReverseOps;

namespace MobiZO.OnnxRuntime.Lowering;

/// <summary>Lowers the way back through losses.</summary>
internal static class LossGradientLowering
{
    public static void Lower(OnnxGraphWriter writer, ProgramNode node)
    {
        var inputs = node.Inputs.Select(input => input.Name).ToArray();
        var output = node.Outputs[0].Name;
        switch (node.Operation)
        {
            case One:
                writer.Node("Identity", [writer.Numbers([1], [1])], output);
                break;
            case CandidateLogProbabilitiesGradient:
                var total = writer.Node("ReduceSum", [inputs[0], writer.Integers(1)], null, "", ("keepdims", 1L));
                var spread = writer.Node("Mul", [Softmax(writer, inputs[1]), writer.Node("Neg", [total])]);
                AddAt(writer, spread, inputs[2], inputs[0], output);
                break;
            case WeightedRowsGradient op:
                var column = writer.Node("Unsqueeze", [inputs[0], writer.Integers(1)]);
                writer.Node("Gemm", [inputs[1], column], output, "", ("transA", 1L), ("alpha", (float)op.Factor));
                break;
            case ChoiceLossGradient:
                ChoiceLoss(writer, node, inputs, output);
                break;
            default:
                throw new ProgramException($"{node.Operation.GetType().Name} is not a gradient of a loss.");
        }
    }

    private static void ChoiceLoss(OnnxGraphWriter writer, ProgramNode node, string[] inputs, string output)
    {
        var (copies, decisions) = (node.Inputs[0].Shape[0], node.Inputs[1].Shape[0]);
        var labels = writer.Node("Unsqueeze", [inputs[2], writer.Integers(1)]);
        var minus = writer.Node("Expand", [writer.Number(-1), writer.ShapeOf(decisions, 1)]);
        var moved = AddAt(writer, Softmax(writer, inputs[1]), labels, minus, null);
        var ofCopy = writer.Node("Cast", [writer.Node("Div", [writer.Extent(decisions), writer.Extent(copies)])], null, "", ("to", 1L));
        var factors = writer.Node("Unsqueeze", [writer.Node("Div", [inputs[0], ofCopy]), writer.Integers(1)]);
        var scaled = writer.Node("Mul", [writer.Reshape(moved, copies, -1), factors]);
        writer.Node("Reshape", [scaled, writer.Node("Shape", [inputs[1]])], output);
    }

    /// <summary>Adds numbers at some columns of every row.</summary>
    private static string AddAt(OnnxGraphWriter writer, string rows, string columns, string added, string? output) =>
        writer.Node("ScatterElements", [rows, columns, added], output, "", ("axis", 1L), ("reduction", "add"));

    private static string Softmax(OnnxGraphWriter writer, string value) => writer.Node("Softmax", [value], null, "", ("axis", -1L));
}
