using MobiZO.Programs;
using MobiZO.Programs.Building;
using MobiZO.Programs.Ops;
using MobiZO.Programs.ReverseOps;

namespace MobiZO.OnnxRuntime.Lowering;

/// <summary>
/// Lowers the way back through attention: scores and weights again as on the way there, so that nothing of them must be kept, and the
/// gradients that something reads. Letters as in <see cref="AttentionLowering"/>.
/// </summary>
internal static class AttentionGradientLowering
{
    public static void Lower(OnnxGraphWriter writer, ProgramNode node)
    {
        var inputs = node.Inputs.Select(input => input.Name).ToArray();
        switch (node.Operation)
        {
            case CausalAttentionGradient op:
                Causal(writer, op.Attention, inputs, node);
                break;
            case CachedAttentionGradient op:
                Cached(writer, op.Attention, inputs, node);
                break;
            default:
                throw new ProgramException($"{node.Operation.GetType().Name} is not a gradient of attention.");
        }
    }

    private static void Causal(OnnxGraphWriter writer, CausalAttention op, string[] inputs, ProgramNode node)
    {
        var attention = new CausalScores(writer, op, node.Inputs[4].Shape);
        var (given, queries, keys) = (attention.Fold(inputs[0]), attention.Fold(inputs[1]), attention.Split(inputs[2]));
        var scores = attention.Scores(queries, keys);
        var weights = attention.Weights(scores);
        if (writer.IsRead(node.Outputs[0]) || writer.IsRead(node.Outputs[1]))
        {
            var ofScores = OfScores(writer, op, scores, weights, Product(writer, given, attention.Split(inputs[3]), 1, isRight: true));
            if (writer.IsRead(node.Outputs[0]))
            {
                attention.Unfold(Product(writer, ofScores, keys, op.Scale), node.Outputs[0].Name);
            }

            if (writer.IsRead(node.Outputs[1]))
            {
                attention.Join(Product(writer, ofScores, queries, op.Scale, isLeft: true), node.Outputs[1].Name);
            }
        }

        if (writer.IsRead(node.Outputs[2]))
        {
            attention.Join(Product(writer, weights, given, 1, isLeft: true), node.Outputs[2].Name);
        }
    }

    private static void Cached(OnnxGraphWriter writer, CachedAttention op, string[] inputs, ProgramNode node)
    {
        var attention = new CachedScores(writer, op, node.Inputs[4].Shape, node.Inputs[5].Shape, inputs[7]);
        var (given, queries, keys) = (attention.Fold(inputs[0]), attention.Fold(inputs[1]), attention.Split(inputs[2]));
        var scores = attention.Scores(queries, keys, inputs[5]);
        var weights = attention.Weights(scores);
        if (writer.IsRead(node.Outputs[0]) || writer.IsRead(node.Outputs[1]))
        {
            var ofNew = Product(writer, attention.PerCopyOf(given), attention.Split(inputs[3]), 1, isRight: true);
            var ofWeights = attention.Concat(
                Product(writer, given, inputs[6], 1, isRight: true),
                writer.Reshape(ofNew, node.Inputs[5].Shape[0], op.KeyValueHeads, -1, node.Inputs[4].Shape[1])
            );
            var capped = op.Cap is null ? "" : attention.Concat(scores.Past, scores.New);
            var (pastScores, newScores) = attention.Cut(OfScores(writer, op, capped, weights, ofWeights), "score_gradients");
            var perCopy = attention.PerCopy(newScores);
            if (writer.IsRead(node.Outputs[0]))
            {
                var sum = writer.Node(
                    "Add",
                    [Product(writer, pastScores, inputs[5], op.Scale), attention.Joined(Product(writer, perCopy, keys, op.Scale))]
                );
                attention.Unfold(sum, node.Outputs[0].Name);
            }

            if (writer.IsRead(node.Outputs[1]))
            {
                attention.Join(Product(writer, perCopy, attention.PerCopyOf(queries), op.Scale, isLeft: true), node.Outputs[1].Name);
            }
        }

        if (writer.IsRead(node.Outputs[2]))
        {
            var perCopy = attention.PerCopy(attention.Cut(weights, "weights").New);
            attention.Join(Product(writer, perCopy, attention.PerCopyOf(given), 1, isLeft: true), node.Outputs[2].Name);
        }
    }

    /// <summary>
    /// Through the softmax, w * (dw - sum(w * dw)), and through the cap of the scores where there is one. The scale of the scores is left
    /// to the products behind.
    /// </summary>
    private static string OfScores(OnnxGraphWriter writer, AttentionOperation op, string capped, string weights, string ofWeights)
    {
        var shares = writer.Node("Mul", [weights, ofWeights]);
        var common = writer.Node("ReduceSum", [shares, writer.Integers(-1)], null, "", ("keepdims", 1L));
        var ofScores = writer.Node("Sub", [shares, writer.Node("Mul", [weights, common])]);
        return op.Cap is { } cap ? ActivationGradientLowering.ThroughCap(writer, ofScores, capped, cap, null) : ofScores;
    }

    /// <summary>left * right * scale, with one of them transposed where it is said.</summary>
    private static string Product(
        OnnxGraphWriter writer,
        string left,
        string right,
        double scale,
        bool isLeft = false,
        bool isRight = false
    ) =>
        writer.Node(
            "FusedMatMul",
            [left, right],
            null,
            OnnxGraphWriter.MicrosoftDomain,
            ("transA", isLeft ? 1L : 0L),
            ("transB", isRight ? 1L : 0L),
            ("alpha", (float)scale)
        );
}
