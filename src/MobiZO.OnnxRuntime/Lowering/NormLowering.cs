using MobiZO.Programs;
using MobiZO.Programs.Building;
using MobiZO.Programs.Ops;

namespace MobiZO.OnnxRuntime.Lowering;

/// <summary>Lowers norms of whole rows, and of every head of a row.</summary>
internal static class NormLowering
{
    public static void Lower(OnnxGraphWriter writer, ProgramNode node)
    {
        var (input, output) = (node.Inputs[0], node.Outputs[0].Name);
        switch (node.Operation)
        {
            case RmsNorm op:
                InRuns(writer, input, op.Scale.Shape[0], output, (runs, normed) => RmsNorm(writer, op, runs, normed));
                break;
            case LayerNorm op:
                InRuns(
                    writer,
                    input,
                    op.Scale.Shape[0],
                    output,
                    (runs, normed) =>
                        writer.Node(
                            "LayerNormalization",
                            op.Bias is null ? [runs, op.Scale.Name] : [runs, op.Scale.Name, op.Bias.Name],
                            normed,
                            "",
                            ("axis", -1L),
                            ("epsilon", (float)op.Epsilon)
                        )
                );
                break;
            default:
                throw new ProgramException($"{node.Operation.GetType().Name} is not a norm.");
        }
    }

    /// <summary>
    /// Lowers a sum and the norm of it to one operator, which passes over the rows once; the sum is an output of it only when something
    /// else reads it.
    /// </summary>
    public static void SumAndNorm(OnnxGraphWriter writer, ProgramNode sum, ProgramNode norm, bool givesSum)
    {
        var op = (RmsNorm)norm.Operation;
        writer.Nodes(
            "SkipSimplifiedLayerNormalization",
            [sum.Inputs[0].Name, sum.Inputs[1].Name, op.Scale.Name],
            givesSum ? [norm.Outputs[0].Name, "", "", sum.Outputs[0].Name] : [norm.Outputs[0].Name],
            OnnxGraphWriter.MicrosoftDomain,
            ("epsilon", (float)op.Epsilon)
        );
    }

    // A norm of each head sees every head as a row.
    private static void InRuns(OnnxGraphWriter writer, Value input, int width, string output, Func<string, string?, string> norm)
    {
        if (input.Shape[1] == width)
        {
            norm(input.Name, output);
            return;
        }

        var normed = norm(writer.Reshape(input.Name, -1, width), null);
        writer.Node("Reshape", [normed, writer.ShapeOf(-1, input.Shape[1])], output);
    }

    // The pattern that runtimes fuse into one RMSNorm kernel.
    private static string RmsNorm(OnnxGraphWriter writer, RmsNorm op, string x, string? output)
    {
        var squares = writer.Node("Pow", [x, writer.Number(2)]);
        var mean = writer.Node("ReduceMean", [squares, writer.Integers(-1)], null, "", ("keepdims", 1L));
        var root = writer.Node("Sqrt", [writer.Node("Add", [mean, writer.Number(op.Epsilon)])]);
        return writer.Node("Mul", [writer.Node("Div", [x, root]), op.Scale.Name], output);
    }
}
