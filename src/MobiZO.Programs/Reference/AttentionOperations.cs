using System.Numerics;
using MobiZO.Programs.Ops;

namespace MobiZO.Programs.Reference;

/// <summary>Attention, one query and one head at a time.</summary>
internal static class AttentionOperations
{
    // projections: q [N*S, heads * d], k and v [N*S, kv_heads * d]; extents: N and S;
    // cache: past keys and values [X, kv_heads, T, d] and lengths [X], or null.
    public static Tensor<T> Attend<T>(Tensor<T>[] projections, int[] extents, Tensor<T>[]? cache, AttentionOperation form)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (rows, tokens) = (extents[0], extents[1]);
        var (heads, keyValueHeads, width) = (form.Heads, form.KeyValueHeads, form.HeadDimension);
        var result = Tensor<T>.Zeros(rows * tokens, heads * width);
        for (var row = 0; row < rows; row++)
        {
            for (var head = 0; head < heads; head++)
            {
                var keyValueHead = head / (heads / keyValueHeads);
                for (var token = 0; token < tokens; token++)
                {
                    var (keys, values) = Seen(projections, cache, row, tokens, token, keyValueHead, keyValueHeads, width);
                    var query = projections[0].Row((row * tokens) + token).Slice(head * width, width);
                    var hidden = Math.Max(0, keys.Count - (form.Window ?? keys.Count));
                    Mix<T>(query, keys[hidden..], values[hidden..], form, result.Row((row * tokens) + token).Slice(head * width, width));
                }
            }
        }

        return result;
    }

    // q [N*S, heads * d]; keys and values [N, kv_heads, total, d]; extents: N and S; mask [N, total].
    public static Tensor<T> AttendMasked<T>(
        Tensor<T> q,
        Tensor<T> keys,
        Tensor<T> values,
        int[] extents,
        long[] mask,
        AttentionOperation form
    )
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (rows, tokens, total, width) = (extents[0], extents[1], keys.Shape[2], form.HeadDimension);
        var result = Tensor<T>.Zeros(rows * tokens, form.Heads * width);
        for (var row = 0; row < rows; row++)
        {
            for (var token = 0; token < tokens; token++)
            {
                int[] seen = [.. Enumerable.Range(0, total - tokens + token + 1).Where(place => mask[(row * total) + place] != 0)];
                seen = seen[Math.Max(0, seen.Length - (form.Window ?? seen.Length))..];
                for (var head = 0; seen.Length > 0 && head < form.Heads; head++)
                {
                    var first = ((row * form.KeyValueHeads) + (head / (form.Heads / form.KeyValueHeads))) * total;
                    List<T[]> Of(Tensor<T> cache) =>
                        [.. seen.Select(place => cache.Values.AsSpan((first + place) * width, width).ToArray())];
                    var query = q.Row((row * tokens) + token).Slice(head * width, width);
                    Mix<T>(query, Of(keys), Of(values), form, result.Row((row * tokens) + token).Slice(head * width, width));
                }
            }
        }

        return result;
    }

    // As Attend; seen [N, S, S]: 0 where a token sees another of its row.
    public static Tensor<T> AttendTree<T>(
        Tensor<T>[] projections,
        int[] extents,
        Tensor<T> seen,
        Tensor<T>[]? cache,
        AttentionOperation form
    )
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (rows, tokens, width) = (extents[0], extents[1], form.HeadDimension);
        var result = Tensor<T>.Zeros(rows * tokens, form.Heads * width);
        for (var place = 0; place < rows * tokens; place++)
        {
            for (var head = 0; head < form.Heads; head++)
            {
                var keyValueHead = head / (form.Heads / form.KeyValueHeads);
                var (row, all) = (place / tokens, tokens - 1);
                var (keys, values) = Seen(projections, cache, row, tokens, all, keyValueHead, form.KeyValueHeads, width);
                var past = keys.Count - tokens;
                List<T[]> Shown(List<T[]> states) =>
                    [.. states.Where((_, i) => i < past || T.IsZero(seen.Values[(place * tokens) + i - past]))];
                var query = projections[0].Row(place).Slice(head * width, width);
                Mix<T>(query, Shown(keys), Shown(values), form, result.Row(place).Slice(head * width, width));
            }
        }

        return result;
    }

    public static Tensor<T> SplitHeads<T>(Tensor<T> x, int[] extents, int heads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (rows, tokens, width) = (extents[0], extents[1], x.Width / heads);
        var result = Tensor<T>.Zeros(rows, heads, tokens, width);
        for (var row = 0; row < rows * tokens; row++)
        {
            for (var head = 0; head < heads; head++)
            {
                var target = ((((row / tokens * heads) + head) * tokens) + (row % tokens)) * width;
                x.Row(row).Slice(head * width, width).CopyTo(result.Values.AsSpan(target, width));
            }
        }

        return result;
    }

    public static Tensor<T> KvAppend<T>(Tensor<T> past, Tensor<T> next)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (rows, heads, width) = (past.Shape[0], past.Shape[1], past.Shape[3]);
        var (before, after) = (past.Shape[2] * width, next.Shape[2] * width);
        var result = Tensor<T>.Zeros(rows, heads, past.Shape[2] + next.Shape[2], width);
        for (var i = 0; i < rows * heads; i++)
        {
            past.Values.AsSpan(i * before, before).CopyTo(result.Values.AsSpan(i * (before + after)));
            next.Values.AsSpan(i * after, after).CopyTo(result.Values.AsSpan((i * (before + after)) + before));
        }

        return result;
    }

    // What one token of a row attends to, cached tokens first.
    public static (List<T[]> Keys, List<T[]> Values) Seen<T>(
        Tensor<T>[] projections,
        Tensor<T>[]? cache,
        int row,
        int tokens,
        int token,
        int head,
        int heads,
        int width
    )
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (keys, values) = (new List<T[]>(), new List<T[]>());
        if (cache is not null)
        {
            var (examples, capacity) = (cache[0].Shape[0], cache[0].Shape[2]);
            var example = row % examples;
            for (var past = 0; past < cache[2].Ids[example]; past++)
            {
                var start = ((((example * heads) + head) * capacity) + past) * width;
                keys.Add(cache[0].Values.AsSpan(start, width).ToArray());
                values.Add(cache[1].Values.AsSpan(start, width).ToArray());
            }
        }

        for (var earlier = 0; earlier <= token; earlier++)
        {
            keys.Add(projections[1].Row((row * tokens) + earlier).Slice(head * width, width).ToArray());
            values.Add(projections[2].Row((row * tokens) + earlier).Slice(head * width, width).ToArray());
        }

        return (keys, values);
    }

    // Scores after the cap, and the weights of the softmax over them.
    public static (T[] Scores, T[] Weights) Weigh<T>(ReadOnlySpan<T> query, List<T[]> keys, AttentionOperation form)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var scale = T.CreateChecked(form.Scale);
        var (scores, weights) = (new T[keys.Count], new T[keys.Count]);
        for (var i = 0; i < scores.Length; i++)
        {
            var sum = T.Zero;
            for (var j = 0; j < query.Length; j++)
            {
                sum += query[j] * keys[i][j];
            }

            scores[i] = sum * scale;
            if (form.Cap is { } cap)
            {
                scores[i] = T.CreateChecked(cap) * T.Tanh(scores[i] / T.CreateChecked(cap));
            }
        }

        var largest = scores.Max();
        var total = T.Zero;
        for (var i = 0; i < scores.Length; i++)
        {
            weights[i] = T.Exp(scores[i] - largest);
            total += weights[i];
        }

        for (var i = 0; i < scores.Length; i++)
        {
            weights[i] /= total;
        }

        return (scores, weights);
    }

    private static void Mix<T>(ReadOnlySpan<T> query, List<T[]> keys, List<T[]> values, AttentionOperation form, Span<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (_, weights) = Weigh(query, keys, form);
        for (var i = 0; i < weights.Length; i++)
        {
            for (var j = 0; j < result.Length; j++)
            {
                result[j] += weights[i] * values[i][j];
            }
        }
    }
}
