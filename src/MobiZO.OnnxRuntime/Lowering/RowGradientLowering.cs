using MobiZO.Programs;
using MobiZO.Programs.Building;
using MobiZO.Programs.ReverseOps;

namespace MobiZO.OnnxRuntime.Lowering;

/// <summary>Lowers the way back through operations over rows, and puts the trained state together again.</summary>
internal static class RowGradientLowering
{
    public static void Lower(OnnxGraphWriter writer, ProgramNode node)
    {
        var inputs = node.Inputs.Select(input => input.Name).ToArray();
        var output = node.Outputs[0].Name;
        switch (node.Operation)
        {
            case ShapedLike:
                writer.Node("Reshape", [inputs[0], writer.ShapeOf(node.Inputs[1].Shape.Dimensions)], output);
                break;
            case LinearTransposed op:
                writer.Node("Gemm", [inputs[0], Unpacked(writer, op.Matrix, node.Inputs[0].Shape[0])], output);
                break;
            case LoraInputGradient op:
                var up = Up(writer, inputs[0], inputs[2], node.Inputs[2].Shape);
                writer.Node("Gemm", [up, inputs[1]], output, "", ("alpha", (float)op.Scale));
                break;
            case LoraDownGradient op:
                var left = Up(writer, inputs[0], inputs[2], node.Inputs[2].Shape);
                writer.Node("Gemm", [left, inputs[1]], output, "", ("transA", 1L), ("alpha", (float)op.Scale));
                break;
            case LoraStackGradient op:
                Stack(writer, op, inputs, node.Inputs[3].Shape, output);
                break;
            case CandidateLogitsGradient op:
                Candidates(writer, inputs[0], writer.Node("Gather", [op.Head.Name, inputs[1]], null, "", ("axis", 0L)), output);
                break;
            case ScatterRows:
                var zeros = writer.Node("Expand", [writer.Number(0), writer.ShapeOf(node.Outputs[0].Shape.Dimensions)]);
                var places = writer.Node("Unsqueeze", [inputs[1], writer.Integers(1)]);
                writer.Node("ScatterND", [zeros, places, inputs[0]], output, "", ("reduction", "add"));
                break;
            case JoinColumns:
                writer.Node("Concat", inputs, output, "", ("axis", 1L));
                break;
            case JoinGroups op:
                var parts = inputs.Select(part =>
                    writer.Reshape(part, -1, op.KeyValueHeads, PerGroup(op, part == inputs[0]), op.HeadDimension)
                );
                var groups = writer.Node("Concat", [.. parts], null, "", ("axis", 2L));
                writer.Node("Reshape", [groups, writer.ShapeOf(-1, node.Outputs[0].Shape[1])], output);
                break;
            case JoinMatrices:
                var leading = node.Outputs[0].Shape.Dimensions.SkipLast(1).Append(-1).ToArray();
                writer.Node("Concat", [.. inputs.Select(matrix => writer.Reshape(matrix, leading))], output, "", ("axis", -1L));
                break;
            default:
                throw new ProgramException($"{node.Operation.GetType().Name} is not a gradient of an operation over rows.");
        }
    }

    /// <summary>The rows [R, K, H] of the head that were asked for, weighted by dy [R, K].</summary>
    public static void Candidates(OnnxGraphWriter writer, string dy, string rows, string output)
    {
        var weighted = writer.Node("MatMul", [writer.Node("Unsqueeze", [dy, writer.Integers(1)]), rows]);
        writer.Node("Squeeze", [weighted, writer.Integers(1)], output);
    }

    // The layer itself has the matrix packed for the way there. As a constant of this product it would be packed again, the other way
    // round, and be in memory twice; behind a shape that is known only at run time it is read where it lies.
    private static string Unpacked(OnnxGraphWriter writer, Weight matrix, Dimension rows)
    {
        var extents = writer.Shared(
            $"late extents:{rows}:{matrix.Shape[0]},{matrix.Shape[1]}",
            () =>
                writer.Node(
                    "Add",
                    [writer.Integers(matrix.Shape[0], matrix.Shape[1]), writer.Node("Mul", [writer.Extent(rows), writer.Integers(0)])]
                )
        );
        return writer.Node("Reshape", [matrix.Name, extents]);
    }

    // dy B_p [M, r]
    private static string Up(OnnxGraphWriter writer, string dy, string stack, Shape extents) =>
        writer.Shared(
            $"up:{dy}:{stack}",
            () => writer.Reshape(writer.Node("MatMul", [writer.Reshape(dy, extents[0], -1, extents[1]), stack]), -1, extents[2])
        );

    private static void Stack(OnnxGraphWriter writer, LoraStackGradient op, string[] inputs, Shape stack, string output)
    {
        var down = writer.Node("Gemm", [inputs[1], inputs[2]], null, "", ("transB", 1L));
        writer.Node(
            "FusedMatMul",
            [writer.Reshape(inputs[0], stack[0], -1, stack[1]), writer.Reshape(down, stack[0], -1, stack[2])],
            output,
            OnnxGraphWriter.MicrosoftDomain,
            ("transA", 1L),
            ("alpha", (float)op.Scale)
        );
    }

    private static int PerGroup(JoinGroups op, bool isOfQueries) => isOfQueries ? op.Heads / op.KeyValueHeads : 1;
}
