using MobiZO.Checkpoints.Architecture;
using MobiZO.Programs;
using MobiZO.Programs.Building;
using MobiZO.Programs.ReverseOps;

namespace MobiZO.OnnxRuntime.Lowering;

/// <summary>Lowers the way back through functions of one number at a time.</summary>
internal static class ActivationGradientLowering
{
    public static void Lower(OnnxGraphWriter writer, ProgramNode node)
    {
        var inputs = node.Inputs.Select(input => input.Name).ToArray();
        switch (node.Operation)
        {
            case ActivationGradient op:
                Through(writer, op.Kind, inputs[0], inputs[1], node.Outputs[0].Name);
                break;
            case GatedActivationGradient op:
                if (writer.IsRead(node.Outputs[0]))
                {
                    Through(writer, op.Kind, writer.Node("Mul", [inputs[0], inputs[2]]), inputs[1], node.Outputs[0].Name);
                }

                if (writer.IsRead(node.Outputs[1]))
                {
                    var activated = ActivationLowering.Activate(writer, op.Kind, inputs[1], null);
                    writer.Node("Mul", [inputs[0], activated], node.Outputs[1].Name);
                }

                break;
            case SoftCapGradient op:
                ThroughCap(writer, inputs[0], inputs[1], op.Cap, node.Outputs[0].Name);
                break;
            default:
                throw new ProgramException($"{node.Operation.GetType().Name} is not a gradient of a function of one number.");
        }
    }

    /// <summary>dy * (1 - (capped / cap)^2)</summary>
    public static string ThroughCap(OnnxGraphWriter writer, string dy, string capped, double cap, string? output)
    {
        var tangent = writer.Node("Div", [capped, writer.Number(cap)]);
        var slope = writer.Node("Sub", [writer.Number(1), writer.Node("Mul", [tangent, tangent])]);
        return writer.Node("Mul", [dy, slope], output);
    }

    private static void Through(OnnxGraphWriter writer, ActivationKind kind, string dy, string x, string output)
    {
        if (kind == ActivationKind.Relu)
        {
            writer.Node("Where", [writer.Node("Less", [writer.Number(0), x]), dy, writer.Number(0)], output);
            return;
        }

        var slope = kind switch
        {
            ActivationKind.Silu => OfSilu(writer, x),
            ActivationKind.Gelu => OfGelu(writer, x),
            _ => OfGeluTanh(writer, x),
        };
        writer.Node("Mul", [dy, slope], output);
    }

    // s * (1 + x * (1 - s)), s the sigmoid
    private static string OfSilu(OnnxGraphWriter writer, string x)
    {
        var sigmoid = writer.Node("Sigmoid", [x]);
        var rest = writer.Node("Mul", [x, writer.Node("Sub", [writer.Number(1), sigmoid])]);
        return writer.Node("Mul", [sigmoid, writer.Node("Add", [writer.Number(1), rest])]);
    }

    // The share of a standard normal distribution below x, and x times its density.
    private static string OfGelu(OnnxGraphWriter writer, string x)
    {
        var share = writer.Node("Erf", [writer.Node("Mul", [x, writer.Number(Math.Sqrt(0.5))])]);
        share = writer.Node("Mul", [writer.Node("Add", [share, writer.Number(1)]), writer.Number(0.5)]);
        var square = writer.Node("Mul", [writer.Node("Mul", [x, x]), writer.Number(-0.5)]);
        var density = writer.Node("Mul", [writer.Node("Exp", [square]), writer.Number(1 / Math.Sqrt(2 * Math.PI))]);
        return writer.Node("Add", [share, writer.Node("Mul", [x, density])]);
    }

    // (1 + t + x * (1 - t^2) * c * (1 + 3 * 0.044715 * x^2)) / 2, t = tanh(c * (x + 0.044715 * x^3)), c = sqrt(2 / pi)
    private static string OfGeluTanh(OnnxGraphWriter writer, string x)
    {
        var factor = Math.Sqrt(2 / Math.PI);
        var square = writer.Node("Mul", [x, x]);
        string Line(double slope, double start) =>
            writer.Node("Add", [writer.Node("Mul", [square, writer.Number(slope)]), writer.Number(start)]);
        var tangent = writer.Node("Tanh", [writer.Node("Mul", [x, Line(0.044715 * factor, factor)])]);
        var inner = writer.Node("Mul", [x, Line(3 * 0.044715 * factor, factor)]);
        var rest = writer.Node("Mul", [inner, writer.Node("Sub", [writer.Number(1), writer.Node("Mul", [tangent, tangent])])]);
        var sum = writer.Node("Add", [writer.Node("Add", [tangent, writer.Number(1)]), rest]);
        return writer.Node("Mul", [sum, writer.Number(0.5)]);
    }
}
