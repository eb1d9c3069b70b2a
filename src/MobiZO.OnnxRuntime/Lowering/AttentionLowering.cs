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
    public static void Lower(OnnxGraphWriter writer, ProgramNode node)
    {
        var inputs = node.Inputs.Select(input => input.Name).ToArray();
        var output = node.Outputs[0].Name;
        switch (node.Operation)
        {
            case CausalAttention op:
                Causal(new CausalScores(writer, op, node.Inputs[3].Shape), writer, inputs, output);
                break;
            case CachedAttention op when node.Inputs[3].Shape[1] == 1:
                CachedSingle(writer, op, inputs, node.Inputs[4].Shape, node.Inputs[3].Shape, output);
                break;
            case CachedAttention op:
                var cached = new CachedScores(writer, op, node.Inputs[3].Shape, node.Inputs[4].Shape, inputs[6]);
                Cached(cached, writer, inputs, output);
                break;
            case TreeAttention op:
                Tree(writer, op, node, inputs, output);
                break;
            case MaskedAttention op:
                Masked(writer, op, inputs, node.Inputs[3].Shape, node.Inputs[4].Shape[1], output);
                break;
            case SplitHeads op:
                var positions = node.Inputs[1].Shape;
                var split = writer.Reshape(inputs[0], positions[0], positions[1], op.Heads, -1);
                writer.Node("Transpose", [split], output, "", ("perm", new long[] { 0, 2, 1, 3 }));
                break;
            case KvAppend:
                writer.Node("Concat", inputs, output, "", ("axis", 2L));
                break;
            default:
                throw new ProgramException($"{node.Operation.GetType().Name} is not an operation of attention.");
        }
    }

    private static void Tree(OnnxGraphWriter writer, TreeAttention op, ProgramNode node, string[] inputs, string output)
    {
        var positions = node.Inputs[3].Shape;
        if (inputs.Length == 5)
        {
            Causal(new CausalScores(writer, op, positions, inputs[4]), writer, inputs, output);
        }
        else
        {
            var attention = new CachedScores(writer, op, positions, node.Inputs[5].Shape, inputs[7], inputs[4]);
            Cached(attention, writer, [.. inputs[..4], .. inputs[5..]], output);
        }
    }

    private static void Causal(CausalScores attention, OnnxGraphWriter writer, string[] inputs, string output)
    {
        var scores = attention.Scores(attention.Fold(inputs[0]), attention.Split(inputs[1]));
        var mixed = writer.Node("MatMul", [attention.Weights(scores), attention.Split(inputs[2])]);
        attention.Unfold(mixed, output);
    }

    private static void Cached(CachedScores attention, OnnxGraphWriter writer, string[] inputs, string output)
    {
        var scores = attention.Scores(attention.Fold(inputs[0]), attention.Split(inputs[1]), inputs[4]);
        var (pastWeights, newWeights) = attention.Cut(attention.Weights(scores), "weights");
        var pastMixed = writer.Node("MatMul", [pastWeights, inputs[5]]);
        var newMixed = writer.Node("MatMul", [attention.PerCopy(newWeights), attention.Split(inputs[2])]);
        attention.Unfold(writer.Node("Add", [pastMixed, attention.Joined(newMixed)]), output);
    }

    // One new token a row: the new keys of all copies are so few that every copy is given all of them, masked. That costs C products a
    // query instead of one, and
    // saves what is dearer there: products of one row each, a second mask, and joining and parting the two kinds of scores.
    private static void CachedSingle(
        OnnxGraphWriter writer,
        CachedAttention op,
        string[] inputs,
        Shape past,
        Shape positions,
        string output
    )
    {
        var examples = past[0];
        int k = op.KeyValueHeads,
            g = op.Heads / op.KeyValueHeads,
            d = op.HeadDimension;
        string WithPast(string fresh, string cached) =>
            writer.Node(
                "Concat",
                [cached, writer.Transpose(writer.Reshape(fresh, -1, examples, k, d), 1, 2, 0, 3)],
                null,
                "",
                ("axis", 2L)
            );

        // [X, k, C*g, d]
        var queries = writer.Reshape(writer.Transpose(writer.Reshape(inputs[0], -1, examples, k, g, d), 1, 2, 0, 3, 4), examples, k, -1, d);
        var scores = Scores(writer, op, queries, WithPast(inputs[1], inputs[4]));
        var masked = writer.Node("Add", [scores, AttentionMasks.Single(writer, op, inputs[6], positions[0], past)]);
        var mixed = writer.Node("MatMul", [writer.Node("Softmax", [masked], null, "", ("axis", -1L)), WithPast(inputs[2], inputs[5])]);
        var ordered = writer.Transpose(writer.Reshape(mixed, examples, k, -1, g, d), 2, 0, 1, 3, 4);
        writer.Node("Reshape", [ordered, writer.ShapeOf(-1, op.Heads * d)], output);
    }

    private static void Masked(OnnxGraphWriter writer, MaskedAttention op, string[] inputs, Shape positions, Dimension total, string output)
    {
        var (rows, tokens) = (positions[0], positions[1]);
        int k = op.KeyValueHeads,
            g = op.Heads / op.KeyValueHeads,
            d = op.HeadDimension;

        // [N, k, g*S, d]
        var heads = writer.Transpose(writer.Reshape(inputs[0], rows, tokens, k, g, d), 0, 2, 3, 1, 4);
        var scores = Scores(writer, op, writer.Reshape(heads, rows, k, -1, d), inputs[1]);
        var apart = writer.Reshape(scores, rows, k, g, tokens, total);
        var masked = writer.Node("Add", [apart, AttentionMasks.Host(writer, inputs[4], tokens, total, op.Window)]);
        var weights = writer.Reshape(writer.Node("Softmax", [masked], null, "", ("axis", -1L)), rows, k, -1, total);
        var mixed = writer.Reshape(writer.Node("MatMul", [weights, inputs[2]]), rows, k, g, tokens, d);
        writer.Node("Reshape", [writer.Transpose(mixed, 0, 3, 1, 2, 4), writer.ShapeOf(-1, op.Heads * d)], output);
    }

    /// <summary>queries * keys^T * scale, both [..., d]; capped where the operation says so.</summary>
    public static string Scores(OnnxGraphWriter writer, AttentionOperation op, string queries, string keys)
    {
        var alpha = (float)(op.Cap is { } divisor ? op.Scale / divisor : op.Scale);
        var scores = writer.Node("FusedMatMul", [queries, keys], null, OnnxGraphWriter.MicrosoftDomain, ("transB", 1L), ("alpha", alpha));
        return op.Cap is { } cap ? ActivationLowering.Cap(writer, scores, cap, null) : scores;
    }
}
