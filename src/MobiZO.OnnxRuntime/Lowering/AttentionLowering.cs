using System.Globalization;
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
            case CachedAttention op when node.Inputs[3].Shape[1] == 1:
                CachedSingle(writer, op, inputs, node.Inputs[4].Shape, node.Inputs[3].Shape, output);
                break;
            case CachedAttention op:
                Cached(writer, op, inputs, node.Inputs[3].Shape, node.Inputs[4].Shape, output);
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

    private static void Causal(OnnxGraphWriter writer, CausalAttention op, string[] inputs, Shape positions, string output)
    {
        var (rows, tokens) = (positions[0], positions[1]);
        int k = op.KeyValueHeads,
            g = op.Heads / op.KeyValueHeads,
            d = op.HeadDimension;

        // [N, k, g*S, d]: the heads of a group share one key matrix, so nothing is repeated.
        var queries = writer.Transpose(writer.Reshape(inputs[0], rows, tokens, k, g, d), 0, 2, 3, 1, 4);
        queries = writer.Reshape(queries, rows, k, -1, d);
        var keys = writer.Transpose(writer.Reshape(inputs[1], rows, tokens, k, d), 0, 2, 1, 3);
        var values = writer.Transpose(writer.Reshape(inputs[2], rows, tokens, k, d), 0, 2, 1, 3);
        var scores = writer.Reshape(Scores(writer, op, queries, keys), rows, k, g, tokens, tokens);
        var weights = writer.Node(
            "Softmax",
            [writer.Node("Add", [scores, CausalMask(writer, tokens, op.Window)])],
            null,
            "",
            ("axis", -1L)
        );
        var mixed = writer.Node("MatMul", [writer.Reshape(weights, rows, k, (Dimension)g * tokens, tokens), values]);
        var ordered = writer.Transpose(writer.Reshape(mixed, rows, k, g, tokens, d), 0, 3, 1, 2, 4);
        writer.Node("Reshape", [ordered, writer.ShapeOf(-1, op.Heads * d)], output);
    }

    private static void Cached(OnnxGraphWriter writer, CachedAttention op, string[] inputs, Shape positions, Shape past, string output)
    {
        var (tokens, examples, cached) = (positions[1], past[0], past[2]);
        int k = op.KeyValueHeads,
            g = op.Heads / op.KeyValueHeads,
            d = op.HeadDimension;

        // [X, k, C, g, S, d]: copies, group and tokens all lie in the query axis of their example's cached keys.
        var queries = writer.Transpose(writer.Reshape(inputs[0], -1, examples, tokens, k, g, d), 1, 3, 0, 4, 2, 5);
        var keys = writer.Transpose(writer.Reshape(inputs[1], -1, examples, tokens, k, d), 1, 3, 0, 2, 4);
        var values = writer.Transpose(writer.Reshape(inputs[2], -1, examples, tokens, k, d), 1, 3, 0, 2, 4);

        var folded = writer.Reshape(queries, examples, k, -1, d);
        var pastScores = Scores(writer, op, folded, inputs[4]);
        pastScores = op.Window is { } window
            ? writer.Reshape(
                writer.Node(
                    "Add",
                    [writer.Reshape(pastScores, examples, k, -1, tokens, cached), WindowMask(writer, inputs[6], tokens, cached, window)]
                ),
                examples,
                k,
                -1,
                cached
            )
            : writer.Node("Add", [pastScores, PastMask(writer, inputs[6], cached)]);

        var perCopy = writer.Reshape(queries, examples, k, -1, (Dimension)g * tokens, d);
        var newScores = writer.Reshape(Scores(writer, op, perCopy, keys), examples, k, -1, tokens, tokens);
        newScores = writer.Reshape(writer.Node("Add", [newScores, CausalMask(writer, tokens, op.Window)]), examples, k, -1, tokens);

        var weights = writer.Node(
            "Softmax",
            [writer.Node("Concat", [pastScores, newScores], null, "", ("axis", -1L))],
            null,
            "",
            ("axis", -1L)
        );
        var parts = new[] { writer.NewName("past_weights"), writer.NewName("new_weights") };
        writer.Nodes("Split", [weights, writer.ShapeOf(cached, tokens)], parts, "", ("axis", -1L));

        var pastMixed = writer.Node("MatMul", [parts[0], inputs[5]]);
        var newMixed = writer.Node("MatMul", [writer.Reshape(parts[1], examples, k, -1, (Dimension)g * tokens, tokens), values]);
        var mixed = writer.Node("Add", [pastMixed, writer.Reshape(newMixed, examples, k, -1, d)]);
        var ordered = writer.Transpose(writer.Reshape(mixed, examples, k, -1, g, tokens, d), 2, 0, 4, 1, 3, 5);
        writer.Node("Reshape", [ordered, writer.ShapeOf(-1, op.Heads * d)], output);
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
        var masked = writer.Node("Add", [scores, SingleMask(writer, op, inputs[6], positions[0], past)]);
        var mixed = writer.Node("MatMul", [writer.Node("Softmax", [masked], null, "", ("axis", -1L)), WithPast(inputs[2], inputs[5])]);
        var ordered = writer.Transpose(writer.Reshape(mixed, examples, k, -1, g, d), 2, 0, 1, 3, 4);
        writer.Node("Reshape", [ordered, writer.ShapeOf(-1, op.Heads * d)], output);
    }

    /// <summary>queries * keys^T * scale, both [..., d]; capped where the operation says so.</summary>
    private static string Scores(OnnxGraphWriter writer, AttentionOperation op, string queries, string keys)
    {
        var alpha = (float)(op.Cap is { } divisor ? op.Scale / divisor : op.Scale);
        var scores = writer.Node("FusedMatMul", [queries, keys], null, OnnxGraphWriter.MicrosoftDomain, ("transB", 1L), ("alpha", alpha));
        return op.Cap is { } cap ? ActivationLowering.Cap(writer, scores, cap, null) : scores;
    }

    /// <summary>[X, 1, C*g, T+C]: 0 for cached tokens below the length of their example and for the copy's own new token.</summary>
    private static string SingleMask(OnnxGraphWriter writer, CachedAttention op, string lengths, Dimension rows, Shape past) =>
        writer.Shared(
            $"single mask:{rows}:{op.Heads / op.KeyValueHeads}{Suffix(op.Window)}",
            () =>
            {
                var group = op.Heads / op.KeyValueHeads;
                var copies = writer.Node("Div", [writer.Extent(rows), writer.Extent(past[0])]);
                var count = writer.Node("Squeeze", [copies, writer.Integers(0)]);
                var column = writer.Node("Range", [writer.Integer(0), count, writer.Integer(1)]);
                var repeated = writer.Node(
                    "Expand",
                    [
                        writer.Node("Unsqueeze", [column, writer.Integers(1)]),
                        writer.Node("Concat", [copies, writer.Integers(group)], null, "", ("axis", 0L)),
                    ]
                );
                var isOwn = writer.Node("Equal", [writer.Node("Reshape", [repeated, writer.Integers(-1, 1)]), column]);
                var own = writer.Node("Where", [isOwn, writer.Number(0), writer.Number(Masked)]);

                var queries = writer.Node("Mul", [copies, writer.Integers(group)]);
                string Over(string mask, string columns) =>
                    writer.Node(
                        "Expand",
                        [
                            mask,
                            writer.Node("Concat", [writer.Extent(past[0]), writer.Integers(1), queries, columns], null, "", ("axis", 0L)),
                        ]
                    );
                return writer.Node(
                    "Concat",
                    [Over(SinglePastMask(writer, op, lengths, past[2]), writer.Extent(past[2])), Over(own, copies)],
                    null,
                    "",
                    ("axis", 3L)
                );
            }
        );

    /// <summary>[S, S]: 0 on the diagonal and below it, as far as the window reaches.</summary>
    private static string CausalMask(OnnxGraphWriter writer, Dimension tokens, int? window) =>
        writer.Shared(
            $"causal mask{Suffix(window)}",
            () =>
            {
                var full = writer.Node("Expand", [writer.Number(Masked), writer.ShapeOf(tokens, tokens)]);
                var later = writer.Node("Trilu", [full, writer.Integer(1)], null, "", ("upper", 1L));
                return window is { } width
                    ? writer.Node("Add", [later, writer.Node("Trilu", [full, writer.Integer(-width)], null, "", ("upper", 0L))])
                    : later;
            }
        );

    /// <summary>[X, 1, 1, T]: 0 below the length of each example.</summary>
    private static string PastMask(OnnxGraphWriter writer, string lengths, Dimension cached) =>
        writer.Shared(
            "past mask",
            () =>
            {
                var seen = writer.Node(
                    "Less",
                    [CachedPlaces(writer, cached), writer.Node("Unsqueeze", [lengths, writer.Integers(1, 2, 3)])]
                );
                return writer.Node("Where", [seen, writer.Number(0), writer.Number(Masked)]);
            }
        );

    /// <summary>[X, 1, 1, T] for a new token that stands right behind the cached ones.</summary>
    private static string SinglePastMask(OnnxGraphWriter writer, CachedAttention op, string lengths, Dimension cached) =>
        op.Window is { } window
            ? writer.Node("Squeeze", [WindowMask(writer, lengths, 1, cached, window), writer.Integers(3)])
            : PastMask(writer, lengths, cached);

    /// <summary>[X, 1, 1, S, T]: 0 for cached tokens below the length of each example that lie in the window of the new token.</summary>
    private static string WindowMask(OnnxGraphWriter writer, string lengths, Dimension tokens, Dimension cached, int window) =>
        writer.Shared(
            $"window mask{Suffix(window)}",
            () =>
            {
                // Token t of a row stands at length + t and sees what stands at most window - 1 before it.
                var places = CachedPlaces(writer, cached);
                var ends = writer.Node("Unsqueeze", [lengths, writer.Integers(1, 2, 3, 4)]);
                var count = writer.Node("Squeeze", [writer.Extent(tokens), writer.Integers(0)]);
                var steps = writer.Node(
                    "Unsqueeze",
                    [writer.Node("Range", [writer.Integer(0), count, writer.Integer(1)]), writer.Integers(1)]
                );
                var reach = writer.Node("Sub", [writer.Node("Add", [ends, steps]), writer.Integer(window)]);
                var seen = writer.Node("And", [writer.Node("Less", [places, ends]), writer.Node("Less", [reach, places])]);
                return writer.Node("Where", [seen, writer.Number(0), writer.Number(Masked)]);
            }
        );

    private static string CachedPlaces(OnnxGraphWriter writer, Dimension cached) =>
        writer.Shared(
            "cached places",
            () =>
            {
                var count = writer.Node("Squeeze", [writer.Extent(cached), writer.Integers(0)]);
                return writer.Node("Range", [writer.Integer(0), count, writer.Integer(1)]);
            }
        );

    private static string Suffix(int? window) => window is { } width ? string.Create(CultureInfo.InvariantCulture, $":{width}") : "";
}
