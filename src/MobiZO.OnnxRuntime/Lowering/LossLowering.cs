using MobiZO.Programs;
using MobiZO.Programs.Building;
using MobiZO.Programs.Ops;

namespace MobiZO.OnnxRuntime.Lowering;

/// <summary>Lowers losses; all in fp32 and log-sum-exp form (LogSoftmax).</summary>
internal static class LossLowering
{
    public static void Lower(OnnxGraphWriter writer, ProgramNode node)
    {
        var inputs = node.Inputs.Select(input => input.Name).ToArray();
        var output = node.Outputs[0].Name;
        switch (node.Operation)
        {
            case CandidateLogProbabilities:
                writer.Node("GatherElements", [LogSoftmax(writer, inputs[0]), inputs[1]], output, "", ("axis", 1L));
                break;
            case LargestLogProbability:
                writer.Node("ReduceMax", [LogSoftmax(writer, inputs[0]), writer.Integers(1)], output, "", ("keepdims", 0L));
                break;
            case WeightedRows op:
                var sums = writer.Node("Squeeze", [writer.Node("MatMul", [inputs[1], inputs[0]]), writer.Integers(1)]);
                writer.Node("Mul", [sums, writer.Number(op.Factor)], output);
                break;
            case ChoiceScores:
                writer.Node("Reshape", [inputs[0], writer.ShapeOf(node.Inputs[1].Shape[0], -1)], output);
                break;
            case ChoiceLoss:
                var labels = writer.Node("Unsqueeze", [inputs[1], writer.Integers(1)]);
                var right = writer.Node("GatherElements", [LogSoftmax(writer, inputs[0]), labels], null, "", ("axis", 1L));
                var grouped = writer.Reshape(right, node.Outputs[0].Shape[0], -1);
                writer.Node("Neg", [writer.Node("ReduceMean", [grouped, writer.Integers(1)], null, "", ("keepdims", 0L))], output);
                break;
            default:
                throw new ProgramException($"{node.Operation.GetType().Name} is not an operation of a loss.");
        }
    }

    private static string LogSoftmax(OnnxGraphWriter writer, string value) =>
        writer.Shared($"log-softmax:{value}", () => writer.Node("LogSoftmax", [value], null, "", ("axis", -1L)));
}
