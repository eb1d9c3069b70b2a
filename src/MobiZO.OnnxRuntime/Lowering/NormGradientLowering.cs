using MobiZO.Programs;
using MobiZO.Programs.Building;
using MobiZO.Programs.ReverseOps;

namespace MobiZO.OnnxRuntime.Lowering;

/// <summary>Lowers the way back through norms of whole rows, and of every head of a row.</summary>
internal static class NormGradientLowering
{
    public static void Lower(OnnxGraphWriter writer, ProgramNode node)
    {
        var (dy, x) = (node.Inputs[0], node.Inputs[1]);
        var (scale, epsilon, isCentred) = node.Operation switch
        {
            RmsNormGradient op => (op.Scale, op.Epsilon, false),
            LayerNormGradient op => (op.Scale, op.Epsilon, true),
            _ => throw new ProgramException($"{node.Operation.GetType().Name} is not a gradient of a norm."),
        };

        // A norm of each head sees every head as a row.
        var (width, output) = (scale.Shape[0], node.Outputs[0].Name);
        var isWhole = x.Shape[1] == width;
        string Runs(Value value) => isWhole ? value.Name : writer.Reshape(value.Name, -1, width);
        var gradient = Gradient(writer, Runs(dy), Runs(x), scale.Name, epsilon, isCentred, isWhole ? output : null);
        if (!isWhole)
        {
            writer.Node("Reshape", [gradient, writer.ShapeOf(-1, x.Shape[1])], output);
        }
    }

    // Squares as products: runtimes look for powers in order to fuse the norm of the way there, which must not find these.
    private static string Gradient(
        OnnxGraphWriter writer,
        string dy,
        string x,
        string scale,
        double epsilon,
        bool isCentred,
        string? output
    )
    {
        var centred = isCentred ? writer.Node("Sub", [x, Mean(writer, x)]) : x;
        var squares = Mean(writer, writer.Node("Mul", [centred, centred]));
        var root = writer.Node("Sqrt", [writer.Node("Add", [squares, writer.Number(epsilon)])]);
        var normed = writer.Node("Div", [centred, root]);
        var scaled = writer.Node("Mul", [dy, scale]);
        var share = writer.Node("Mul", [normed, Mean(writer, writer.Node("Mul", [normed, scaled]))]);
        var rest = writer.Node("Sub", [isCentred ? writer.Node("Sub", [scaled, Mean(writer, scaled)]) : scaled, share]);
        return writer.Node("Div", [rest, root], output);
    }

    private static string Mean(OnnxGraphWriter writer, string value) =>
        writer.Node("ReduceMean", [value, writer.Integers(-1)], null, "", ("keepdims", 1L));
}
