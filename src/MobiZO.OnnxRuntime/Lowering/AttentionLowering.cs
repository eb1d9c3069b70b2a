using MobiZO.Programs;
using MobiZO.Programs.Building;
using MobiZO.Programs.Ops;

namespace MobiZO.OnnxRuntime.Lowering;

/// <summary>
/// Lowers attention to plain products. Letters: N rows = C copies * X examples (example innermost), S tokens a row, T cached tokens,
/// k key/value heads, g query heads a key/value head, d head width.
/// </summary>
internal static class AttentionLowering
{
    // Large enough that exp() gives exactly 0 beside any real score, small enough not to overflow when added to one.
    private const double Masked = -1e9;

    public static void Lower(OnnxGraphWriter writer, ProgramNode node)
    {
        var inputs = node.Inputs.Select(input => input.Name).ToArray();
        var output = node.Outputs[0].Name;
        switch (node.Operation)
        {
            case CausalAttention op:
                Causal(writer, op, inputs, node.Inputs[3].Shape, output);
                break;
            case CachedAttention op:
                Cached(writer, op, inputs, node.Inputs[3].Shape, node.Inputs[4].Shape, output);
                break;
            case SplitHeads op:
                var positions = node.Inputs[1].Shape;
                var split = writer.Reshape(inputs[0], positions[0], positions[1], op.Heads, -1);
                writer.Node("Transpose", [split], output, "", ("perm", new long[] { 0, 2, 1, 3 }));
                break;
            case AppendTime:
                writer.Node("Concat", inputs, output, "", ("axis", 2L));
                break;
            default:
                throw new ProgramException($"{node.Operation.GetType().Name} is not an operation of attention.");
        }
    }

    private static void Causal(OnnxGraphWriter writer, CausalAttention op, string[] inputs, Shape positions, string output)
    {
        var (rows, tokens) = (positions[0], positions[1]);
        int k = op.KeyValueHeads, g = op.Heads / op.KeyValueHeads, d = op.HeadDimension;

        // [N, k, g*S, d]: the heads of a group share one key matrix, so nothing is repeated.
        var queries = writer.Transpose(writer.Reshape(Scale(writer, inputs[0], d), rows, tokens, k, g, d), 0, 2, 3, 1, 4);
        queries = writer.Reshape(queries, rows, k, -1, d);
        var keys = writer.Transpose(writer.Reshape(inputs[1], rows, tokens, k, d), 0, 2, 3, 1);
        var values = writer.Transpose(writer.Reshape(inputs[2], rows, tokens, k, d), 0, 2, 1, 3);
        var scores = writer.Reshape(writer.Node("MatMul", [queries, keys]), rows, k, g, tokens, tokens);
        var weights = writer.Node("Softmax", [writer.Node("Add", [scores, CausalMask(writer, tokens)])], null, "", ("axis", -1L));
        var mixed = writer.Node("MatMul", [writer.Reshape(weights, rows, k, (Dimension)g * tokens, tokens), values]);
        var ordered = writer.Transpose(writer.Reshape(mixed, rows, k, g, tokens, d), 0, 3, 1, 2, 4);
        writer.Node("Reshape", [ordered, writer.ShapeOf(-1, op.Heads * d)], output);
    }

    private static void Cached(OnnxGraphWriter writer, CachedAttention op, string[] inputs, Shape positions, Shape past, string output)
    {
        var (tokens, examples, cached) = (positions[1], past[0], past[2]);
        int k = op.KeyValueHeads, g = op.Heads / op.KeyValueHeads, d = op.HeadDimension;

        // [X, k, C, g, S, d]: copies, group and tokens all lie in the query axis of their example's cached keys.
        var queries = writer.Transpose(writer.Reshape(Scale(writer, inputs[0], d), -1, examples, tokens, k, g, d), 1, 3, 0, 4, 2, 5);
        var keys = writer.Transpose(writer.Reshape(inputs[1], -1, examples, tokens, k, d), 1, 3, 0, 4, 2);
        var values = writer.Transpose(writer.Reshape(inputs[2], -1, examples, tokens, k, d), 1, 3, 0, 2, 4);

        var folded = writer.Reshape(queries, examples, k, -1, d);
        var pastScores = writer.Node("MatMul", [folded, writer.Transpose(inputs[4], 0, 1, 3, 2)]);
        pastScores = writer.Node("Add", [pastScores, PastMask(writer, inputs[6], cached)]);

        var perCopy = writer.Reshape(queries, examples, k, -1, (Dimension)g * tokens, d);
        var newScores = writer.Reshape(writer.Node("MatMul", [perCopy, keys]), examples, k, -1, tokens, tokens);
        newScores = writer.Reshape(writer.Node("Add", [newScores, CausalMask(writer, tokens)]), examples, k, -1, tokens);

        var weights = writer.Node("Softmax", [writer.Node("Concat", [pastScores, newScores], null, "", ("axis", -1L))], null, "", ("axis", -1L));
        var parts = new[] { writer.NewName("past_weights"), writer.NewName("new_weights") };
        writer.Nodes("Split", [weights, writer.ShapeOf(cached, tokens)], parts, "", ("axis", -1L));

        var pastMixed = writer.Node("MatMul", [parts[0], inputs[5]]);
        var newMixed = writer.Node("MatMul", [writer.Reshape(parts[1], examples, k, -1, (Dimension)g * tokens, tokens), values]);
        var mixed = writer.Node("Add", [pastMixed, writer.Reshape(newMixed, examples, k, -1, d)]);
        var ordered = writer.Transpose(writer.Reshape(mixed, examples, k, -1, g, tokens, d), 2, 0, 4, 1, 3, 5);
        writer.Node("Reshape", [ordered, writer.ShapeOf(-1, op.Heads * d)], output);
    }

    private static string Scale(OnnxGraphWriter writer, string queries, int width) =>
        writer.Node("Mul", [queries, writer.Number(1 / Math.Sqrt(width))]);

    /// <summary>[S, S]: 0 on and below the diagonal.</summary>
    private static string CausalMask(OnnxGraphWriter writer, Dimension tokens) => writer.Shared("causal mask", () =>
    {
        var full = writer.Node("Expand", [writer.Number(Masked), writer.ShapeOf(tokens, tokens)]);
        return writer.Node("Trilu", [full, writer.Integer(1)], null, "", ("upper", 1L));
    });

    /// <summary>[X, 1, 1, T]: 0 below the length of each example.</summary>
    private static string PastMask(OnnxGraphWriter writer, string lengths, Dimension cached) => writer.Shared("past mask", () =>
    {
        var count = writer.Node("Squeeze", [writer.Extent(cached), writer.Integers(0)]);
        var range = writer.Node("Range", [writer.Integer(0), count, writer.Integer(1)]);
        var seen = writer.Node("Less", [range, writer.Node("Unsqueeze", [lengths, writer.Integers(1, 2, 3)])]);
        return writer.Node("Where", [seen, writer.Number(0), writer.Number(Masked)]);
    });
}
