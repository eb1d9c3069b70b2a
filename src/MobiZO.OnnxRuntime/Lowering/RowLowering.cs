using MobiZO.Programs;
using MobiZO.Programs.Building;
using MobiZO.Programs.Ops;
using MobiZO.Programs.ReverseOps;

namespace MobiZO.OnnxRuntime.Lowering;

/// <summary>
/// Lowers operations over rows [M, H]. Hidden states stay two-dimensional, so that every linear layer is one Gemm on the checkpoint's own
/// [out, in] layout.
/// </summary>
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
            case PositionEmbedding op:
                writer.Node("Gather", [op.Table.Name, writer.Reshape(PositionRows(writer, op, inputs[0]), -1)], output, "", ("axis", 0L));
                break;
            case Linear op:
                writer.Node(
                    "Gemm",
                    op.Bias is null ? [inputs[0], op.Matrix.Name] : [inputs[0], op.Matrix.Name, op.Bias.Name],
                    output,
                    "",
                    ("transB", 1L)
                );
                break;
            case MultiPerturbedLora op:
                Lora(writer, op, inputs, node.Inputs[3].Shape, output);
                break;
            case CandidateLogits op:
                var rows = writer.Node("Gather", [op.Head.Name, inputs[1]], null, "", ("axis", 0L));
                var column = writer.Node("Unsqueeze", [inputs[0], writer.Integers(2)]);
                var logits = writer.Node(
                    "Squeeze",
                    [writer.Node("MatMul", [rows, column]), writer.Integers(2)],
                    op.Bias is null ? output : null
                );
                if (op.Bias is not null)
                {
                    CandidateBias(writer, op, logits, inputs[1], output);
                }

                break;
            case RotaryAngles op:
                Angles(writer, op, inputs[0], node.Outputs);
                break;
            case Rotary op:
                Rotate(writer, op, node, output);
                break;
            case ResidualAdd:
                writer.Node("Add", inputs, output);
                break;
            case GatherRows:
                writer.Node("Gather", inputs, output, "", ("axis", 0L));
                break;
            case RepeatExamples:
                Repeat(writer, node, output);
                break;
            case SplitColumns op:
                writer.Nodes(
                    "Split",
                    [inputs[0], writer.Integers([.. op.Widths.Select(width => (long)width)])],
                    Names(node),
                    "",
                    ("axis", -1L)
                );
                break;
            case SplitGroups op:
                Groups(writer, op, node, inputs[0]);
                break;
            case SplitRows:
                writer.Node("Reshape", [inputs[0], writer.ShapeOf(node.Outputs[0].Shape.Dimensions)], output);
                break;
            default:
                throw new ProgramException($"{node.Operation.GetType().Name} is not an operation over rows.");
        }
    }

    /// <summary>Rows of the table of learned positions.</summary>
    public static string PositionRows(OnnxGraphWriter writer, PositionEmbedding op, string positions)
    {
        var rows = op.Offset == 0 ? positions : writer.Node("Add", [positions, writer.Integer(op.Offset)]);
        return writer.Node("Min", [rows, writer.Integer(op.Table.Shape[0] - 1)]);
    }

    /// <summary>Adds the bias of the head to logits of candidates [R, K].</summary>
    public static void CandidateBias(OnnxGraphWriter writer, CandidateLogits op, string logits, string ids, string output) =>
        writer.Node("Add", [logits, writer.Node("Gather", [op.Bias!.Name, ids], null, "", ("axis", 0L))], output);

    /// <summary>x A^T, computed once for all that read it.</summary>
    public static string Down(OnnxGraphWriter writer, string x, string a) =>
        writer.Shared($"down:{x}:{a}", () => writer.Node("Gemm", [x, a], null, "", ("transB", 1L)));

    private static void Lora(OnnxGraphWriter writer, MultiPerturbedLora op, string[] inputs, Shape stack, string output)
    {
        var down = Down(writer, inputs[1], inputs[2]);
        var grouped = writer.Reshape(down, stack[0], -1, stack[2]);
        var up = writer.Node(
            "FusedMatMul",
            [grouped, inputs[3]],
            null,
            OnnxGraphWriter.MicrosoftDomain,
            ("transB", 1L),
            ("alpha", (float)op.Scale)
        );
        writer.Node("Add", [inputs[0], writer.Reshape(up, -1, stack[1])], output);
    }

    private static void Angles(OnnxGraphWriter writer, RotaryAngles op, string positions, IReadOnlyList<Value> outputs)
    {
        var frequencies = writer.Numbers([1, op.InverseFrequencies.Count], op.InverseFrequencies);
        var column = writer.Node("Cast", [writer.Reshape(positions, -1, 1)], null, "", ("to", 1L));
        var angles = writer.Node("Mul", [column, frequencies]);
        foreach (var (type, output) in new[] { ("Cos", outputs[0].Name), ("Sin", outputs[1].Name) })
        {
            var values = writer.Node(type, [angles], op.Factor == 1 ? output : null);
            if (op.Factor != 1)
            {
                writer.Node("Mul", [values, writer.Number(op.Factor)], output);
            }
        }
    }

    // Row m takes row m of the angles: one sequence of M tokens that starts at position 0. The leading axis stays for attention, which
    // reshapes anyway.
    private static void Rotate(OnnxGraphWriter writer, Rotary op, ProgramNode node, string output)
    {
        var isReshaped = writer
            .ReadersOf(node.Outputs[0])
            .All(reader => reader is AttentionOperation or SplitHeads or CausalAttentionGradient or CachedAttentionGradient);
        var sequence = writer.Node("Unsqueeze", [node.Inputs[0].Name, writer.Integers(0)]);
        var rotated = 2 * node.Inputs[1].Shape[1].Factor;
        (string, object)[] part = [("num_heads", node.Inputs[0].Shape[1].Factor / op.HeadDimension), ("rotary_embedding_dim", rotated)];
        var result = writer.Node(
            "RotaryEmbedding",
            [sequence, writer.Integers(0), node.Inputs[1].Name, node.Inputs[2].Name],
            isReshaped ? output : null,
            OnnxGraphWriter.MicrosoftDomain,
            rotated == op.HeadDimension ? [] : part
        );
        if (!isReshaped)
        {
            writer.Node("Squeeze", [result, writer.Integers(0)], output);
        }
    }

    private static void Groups(OnnxGraphWriter writer, SplitGroups op, ProgramNode node, string input)
    {
        var group = op.Heads / op.KeyValueHeads;
        var heads = writer.Reshape(input, -1, op.KeyValueHeads, group + 2, op.HeadDimension);
        var parts = node.Outputs.Select(_ => writer.NewName("part")).ToArray();
        writer.Nodes("Split", [heads, writer.Integers(group, 1, 1)], parts, "", ("axis", 2L));
        foreach (var (part, output) in parts.Zip(node.Outputs).Where(pair => writer.IsRead(pair.Second)))
        {
            writer.Node("Reshape", [part, writer.ShapeOf(-1, output.Shape[1])], output.Name);
        }
    }

    private static string[] Names(ProgramNode node) => [.. node.Outputs.Select(output => output.Name)];

    private static void Repeat(OnnxGraphWriter writer, ProgramNode node, string output)
    {
        var (hidden, positions) = (node.Inputs[0], node.Inputs[1]);
        var copies = writer.Node("Div", [writer.Extent(positions.Shape[0]), writer.Extent(hidden.Shape[0])]);
        var flat = writer.Reshape(hidden.Name, -1, hidden.Shape[2]);
        writer.Node("Tile", [flat, writer.Node("Concat", [copies, writer.Integers(1)], null, "", ("axis", 0L))], output);
    }
}
