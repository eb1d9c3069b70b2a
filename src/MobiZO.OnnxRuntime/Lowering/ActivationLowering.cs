using MobiZO.Checkpoints.Architecture;
using MobiZO.Programs;
using MobiZO.Programs.Building;
using MobiZO.Programs.Ops;

namespace MobiZO.OnnxRuntime.Lowering;

/// <summary>Lowers functions of one number at a time.</summary>
internal static class ActivationLowering
{
    public static void Lower(OnnxGraphWriter writer, ProgramNode node)
    {
        var (input, output) = (node.Inputs[0].Name, node.Outputs[0].Name);
        switch (node.Operation)
        {
            case Activation op:
                Activate(writer, op.Kind, input, output);
                break;
            case GatedActivation op:
                writer.Node("Mul", [Activate(writer, op.Kind, input, null), node.Inputs[1].Name], output);
                break;
            case Scale op:
                writer.Node("Mul", [input, writer.Number(op.Factor)], output);
                break;
            case SoftCap op:
                Cap(writer, writer.Node("Div", [input, writer.Number(op.Cap)]), op.Cap, output);
                break;
            default:
                throw new ProgramException($"{node.Operation.GetType().Name} is not a function of one number.");
        }
    }

    /// <summary>cap * tanh(x), x divided by the cap already.</summary>
    public static string Cap(OnnxGraphWriter writer, string divided, double cap, string? output) =>
        writer.Node("Mul", [writer.Node("Tanh", [divided]), writer.Number(cap)], output);

    /// <summary>The function of an MLP.</summary>
    public static string Activate(OnnxGraphWriter writer, ActivationKind kind, string x, string? output) =>
        kind switch
        {
            ActivationKind.Silu => writer.Node("Mul", [x, writer.Node("Sigmoid", [x])], output),
            ActivationKind.Gelu => writer.Node("Gelu", [x], output, "", ("approximate", "none")),
            ActivationKind.GeluTanh => writer.Node("Gelu", [x], output, "", ("approximate", "tanh")),
            _ => writer.Node("Relu", [x], output),
        };
}
