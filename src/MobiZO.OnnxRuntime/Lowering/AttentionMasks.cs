using System.Globalization;
using MobiZO.Programs.Building;
using MobiZO.Programs.Ops;

namespace MobiZO.OnnxRuntime.Lowering;

/// <summary>
/// What attention adds to scores so that queries do not see what they should not. Letters as in <see cref="AttentionLowering"/>.
/// </summary>
internal static class AttentionMasks
{
    // Large enough that exp() gives exactly 0 beside any real score, small enough not to overflow when added to one.
    private const double Masked = -1e9;

    /// <summary>[X, 1, C*g, T+C]: 0 for cached tokens below the length of their example and for the copy's own new token.</summary>
    public static string Single(OnnxGraphWriter writer, CachedAttention op, string lengths, Dimension rows, Shape past) =>
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
                    [Over(SinglePast(writer, op, lengths, past[2]), writer.Extent(past[2])), Over(own, copies)],
                    null,
                    "",
                    ("axis", 3L)
                );
            }
        );

    /// <summary>[S, S]: 0 on the diagonal and below it, as far as the window reaches.</summary>
    public static string Causal(OnnxGraphWriter writer, Dimension tokens, int? window) =>
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

    /// <summary>[N, 1, 1, S, S] of what tokens of packed rows see [N, S, S].</summary>
    public static string Tree(OnnxGraphWriter writer, string seen) =>
        writer.Shared("tree mask", () => writer.Node("Unsqueeze", [seen, writer.Integers(1, 2)]));

    /// <summary>[X, 1, 1, T]: 0 below the length of each example.</summary>
    public static string Past(OnnxGraphWriter writer, string lengths, Dimension cached) =>
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
    private static string SinglePast(OnnxGraphWriter writer, CachedAttention op, string lengths, Dimension cached) =>
        op.Window is { } window
            ? writer.Node("Squeeze", [Window(writer, lengths, 1, cached, window), writer.Integers(3)])
            : Past(writer, lengths, cached);

    /// <summary>[X, 1, 1, S, T]: 0 for cached tokens below the length of each example that lie in the window of the new token.</summary>
    public static string Window(OnnxGraphWriter writer, string lengths, Dimension tokens, Dimension cached, int window) =>
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

    /// <summary>
    /// [N, 1, 1, S, total]: 0 for places up to the query's own that the host's mask [N, total] shows and the window reaches.
    /// </summary>
    public static string Host(OnnxGraphWriter writer, string mask, Dimension tokens, Dimension total, int? window) =>
        writer.Shared(
            $"host mask{Suffix(window)}",
            () =>
            {
                var (all, added) = (writer.Extent(total), writer.Extent(tokens));
                string Range(string start) =>
                    writer.Node("Range", [start, writer.Node("Squeeze", [all, writer.Integers(0)]), writer.Integer(1)]);
                var first = writer.Node("Sub", [all, added]);
                var places = Range(writer.Integer(0));
                var own = writer.Node("Unsqueeze", [Range(writer.Node("Squeeze", [first, writer.Integers(0)])), writer.Integers(1)]);
                var isUpToOwn = writer.Node("Less", [places, writer.Node("Add", [own, writer.Integer(1)])]);
                var isShown = writer.Node("Unsqueeze", [writer.Node("Less", [writer.Integer(0), mask]), writer.Integers(1, 2, 3)]);
                var seen = writer.Node("And", [isUpToOwn, isShown]);
                if (window is { } width)
                {
                    // How many shown places there are up to each.
                    var ranks = writer.Node("CumSum", [mask, writer.Integer(1)]);
                    var ends = writer.Node("Slice", [ranks, first, all, writer.Integers(1)]);
                    var distance = writer.Node(
                        "Sub",
                        [
                            writer.Node("Unsqueeze", [ends, writer.Integers(1, 2, 4)]),
                            writer.Node("Unsqueeze", [ranks, writer.Integers(1, 2, 3)]),
                        ]
                    );
                    seen = writer.Node("And", [seen, writer.Node("Less", [distance, writer.Integer(width)])]);
                }

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
