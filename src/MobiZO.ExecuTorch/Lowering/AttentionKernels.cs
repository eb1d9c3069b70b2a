using MobiZO.ExecuTorch.Delegates;
using MobiZO.ExecuTorch.Format;
using MobiZO.Programs.Ops;

namespace MobiZO.ExecuTorch.Lowering;

/// <summary>Grouped attention out of products, masks and a softmax. Letters: N rows, S tokens, X examples, C copies, T cached tokens,
/// K key/value heads, G query heads a group, d width of a head.</summary>
internal static class AttentionKernels
{
    private const float Hidden = float.NegativeInfinity;

    /// <summary>Keys or values as engines cache them: [N*S, K*d] -> [N, K, S, d].</summary>
    public static PteTensor SplitHeads(PteGraph graph, PteTensor x, int rows, int tokens, int heads) =>
        graph.Permute(graph.View(x, rows, tokens, heads, x.Shape[1] / heads), 0, 2, 1, 3);

    /// <summary>Attention among the tokens of each row: q [N*S, heads*d], k and v [N*S, K*d] -> [N*S, heads*d].</summary>
    public static PteTensor Causal(PteGraph graph, CausalAttention form, PteTensor q, PteTensor k, PteTensor v, int rows, int tokens)
    {
        var (heads, width, group) = (form.KeyValueHeads, form.HeadDimension, form.Heads / form.KeyValueHeads);
        var queries = graph.Permute(graph.View(q, rows, tokens, heads, group, width), 0, 2, 3, 1, 4);
        var keys = graph.Permute(graph.View(k, rows, tokens, heads, width), 0, 2, 3, 1);
        var values = graph.Permute(graph.View(v, rows, tokens, heads, width), 0, 2, 1, 3);
        var scores = graph.BatchMatMul(
            graph.View(queries, rows * heads, group * tokens, width),
            graph.View(keys, rows * heads, width, tokens)
        );
        scores = Scaled(graph, form, graph.View(scores, rows * heads * group, tokens, tokens));
        var shares = graph.Softmax(graph.Add(scores, NewMask(graph, tokens, form.Window)));
        var mixed = graph.BatchMatMul(
            graph.View(shares, rows * heads, group * tokens, tokens),
            graph.View(values, rows * heads, tokens, width)
        );
        return graph.View(
            graph.Permute(graph.View(mixed, rows, heads, group, tokens, width), 0, 3, 1, 2, 4),
            rows * tokens,
            form.Heads * width
        );
    }

    /// <summary>
    /// Attention of new tokens over cached ones of their example and each other: past keys and values [X, K, T, d], lengths [X]; row n is
    /// example n mod X.
    /// </summary>
    public static PteTensor Cached(PteGraph graph, CachedAttention form, IReadOnlyList<PteTensor> inputs, int rows, int tokens)
    {
        var (q, k, v, pastKeys, pastValues, lengths) = (inputs[0], inputs[1], inputs[2], inputs[4], inputs[5], inputs[6]);
        var (heads, width, group) = (form.KeyValueHeads, form.HeadDimension, form.Heads / form.KeyValueHeads);
        var (examples, past) = (pastKeys.Shape[0], pastKeys.Shape[2]);
        var copies = rows / examples;

        // Copies of an example stand together: [X, K, C, G, S, d].
        var queries = graph.Permute(graph.View(q, copies, examples, tokens, heads, group * width), 1, 3, 0, 2, 4);
        queries = graph.Permute(graph.View(queries, examples * heads * copies, tokens, group, width), 0, 2, 1, 3);
        var keys = graph.Permute(graph.View(k, copies, examples, tokens, heads, width), 1, 3, 0, 4, 2);
        var values = graph.Permute(graph.View(v, copies, examples, tokens, heads, width), 1, 3, 0, 2, 4);
        var (all, each) = (examples * heads, examples * heads * copies);
        var scores = graph.BatchMatMul(graph.View(queries, each, group * tokens, width), graph.View(keys, each, width, tokens));
        scores = graph.Add(
            Scaled(graph, form, graph.View(scores, examples, heads * copies * group, tokens, tokens)),
            NewMask(graph, tokens, form.Window)
        );
        if (past == 0)
        {
            return Joined(graph, Mixed(graph, graph.Softmax(scores), values, each, group * tokens));
        }

        var before = graph.BatchMatMul(
            graph.View(queries, all, copies * group * tokens, width),
            graph.Permute(graph.View(pastKeys, all, past, width), 0, 2, 1)
        );
        before = graph.Add(
            Scaled(graph, form, graph.View(before, examples, heads * copies * group, tokens, past)),
            PastMask(graph, lengths, tokens, past, form.Window)
        );
        var shares = graph.Softmax(graph.Concatenate(3, before, scores));
        var old = Mixed(graph, graph.Slice(shares, 3, 0, past), pastValues, all, copies * group * tokens);
        var own = Mixed(graph, graph.Slice(shares, 3, past, past + tokens), values, each, group * tokens);
        return Joined(graph, graph.Add(graph.View(old, each * group, tokens, width), graph.View(own, each * group, tokens, width)));

        // [X, K, C, G, S, d] -> [C*X*S, heads*d].
        PteTensor Joined(PteGraph to, PteTensor mixed)
        {
            var ordered = to.Permute(to.View(mixed, each, group, tokens, width), 0, 2, 1, 3);
            ordered = to.Permute(to.View(ordered, examples, heads, copies, tokens, group * width), 2, 0, 3, 1, 4);
            return to.View(ordered, rows * tokens, form.Heads * width);
        }
    }

    private static PteTensor Mixed(PteGraph graph, PteTensor shares, PteTensor values, int batches, int queries)
    {
        var (seen, width) = (shares.Shape[^1], values.Shape[^1]);
        return graph.BatchMatMul(graph.View(shares, batches, queries, seen), graph.View(values, batches, seen, width));
    }

    private static PteTensor Scaled(PteGraph graph, AttentionOperation form, PteTensor scores)
    {
        var scaled = graph.Scale(scores, form.Scale);
        return form.Cap is { } cap ? graph.Scale(graph.Unary(Kernels.Tanh, graph.Scale(scaled, 1 / cap)), cap) : scaled;
    }

    /// <summary>0 where a token sees another one of its row, else minus infinity: [S, S].</summary>
    private static PteTensor NewMask(PteGraph graph, int tokens, int? window)
    {
        var mask = new float[tokens * tokens];
        for (var token = 0; token < tokens; token++)
        {
            for (var seen = 0; seen < tokens; seen++)
            {
                mask[(token * tokens) + seen] = seen <= token && token - seen < (window ?? int.MaxValue) ? 0 : Hidden;
            }
        }

        return graph.Constant(mask, tokens, tokens);
    }

    /// <summary>0 where a new token sees a cached one, else minus infinity: [X, 1, 1, T], or [X, 1, S, T] with a window.</summary>
    private static PteTensor PastMask(PteGraph graph, PteTensor lengths, int tokens, int past, int? window)
    {
        var (seen, hidden) = (graph.Number(0), graph.Number(Hidden));
        var place = graph.Constant([.. Enumerable.Range(0, past).Select(value => (long)value)], 1, 1, 1, past);
        var length = graph.View(lengths, lengths.Shape[0], 1, 1, 1);
        var mask = graph.Where(graph.Less(place, length), seen, hidden);
        if (window is not { } width)
        {
            return mask;
        }

        // The new token s stands at length + s and sees what is less than the window away: length + s - place < width.
        var token = graph.Constant([.. Enumerable.Range(0, tokens).Select(value => (long)value - width)], 1, 1, tokens, 1);
        return graph.Add(mask, graph.Where(graph.Less(graph.Add(length, token), place), seen, hidden));
    }
}
