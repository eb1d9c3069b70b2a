using System.Numerics;
using MobiZO.Programs.Ops;

namespace MobiZO.Programs.Reference;

/// <summary>Attention on the way back, one query and one head at a time.</summary>
internal static class AttentionGradients
{
    // dy [N*S, heads * d]; the rest as of AttentionOperations.Attend. Gradients of q, k and v of this run.
    public static Tensor<T>[] Attend<T>(Tensor<T> dy, Tensor<T>[] projections, int[] extents, Tensor<T>[]? cache, AttentionOperation form)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (rows, tokens, width) = (extents[0], extents[1], form.HeadDimension);
        Tensor<T>[] results = [.. projections.Select(projection => Tensor<T>.Zeros(projection.Shape))];
        for (var row = 0; row < rows; row++)
        {
            for (var head = 0; head < form.Heads; head++)
            {
                var keyValueHead = head / (form.Heads / form.KeyValueHeads);
                for (var token = 0; token < tokens; token++)
                {
                    var place = (row * tokens) + token;
                    var (keys, values) = AttentionOperations.Seen(
                        projections,
                        cache,
                        row,
                        tokens,
                        token,
                        keyValueHead,
                        form.KeyValueHeads,
                        width
                    );
                    var hidden = Math.Max(0, keys.Count - (form.Window ?? keys.Count));
                    (keys, values) = (keys[hidden..], values[hidden..]);
                    var given = dy.Row(place).Slice(head * width, width);
                    var query = projections[0].Row(place).Slice(head * width, width);
                    var (scores, weights) = Scores<T>(given, query, keys, values, form);

                    // The last of what a token sees is itself.
                    for (var i = 0; i < scores.Length; i++)
                    {
                        AddTo(results[0].Row(place).Slice(head * width, width), keys[i], scores[i]);
                        var other = place - (scores.Length - 1 - i);
                        if (other >= row * tokens)
                        {
                            AddTo(results[1].Row(other).Slice(keyValueHead * width, width), query, scores[i]);
                            AddTo(results[2].Row(other).Slice(keyValueHead * width, width), given, weights[i]);
                        }
                    }
                }
            }
        }

        return results;
    }

    // Gradients of query times key, and the weights.
    private static (T[] Scores, T[] Weights) Scores<T>(
        ReadOnlySpan<T> dy,
        ReadOnlySpan<T> query,
        List<T[]> keys,
        List<T[]> values,
        AttentionOperation form
    )
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (scores, weights) = AttentionOperations.Weigh(query, keys, form);
        var ofWeights = new T[weights.Length];
        var common = T.Zero;
        for (var i = 0; i < weights.Length; i++)
        {
            for (var j = 0; j < dy.Length; j++)
            {
                ofWeights[i] += dy[j] * values[i][j];
            }

            common += weights[i] * ofWeights[i];
        }

        for (var i = 0; i < weights.Length; i++)
        {
            var tangent = form.Cap is { } cap ? scores[i] / T.CreateChecked(cap) : T.Zero;
            scores[i] = weights[i] * (ofWeights[i] - common) * (T.One - (tangent * tangent)) * T.CreateChecked(form.Scale);
        }

        return (scores, weights);
    }

    private static void AddTo<T>(Span<T> target, ReadOnlySpan<T> values, T factor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (var i = 0; i < target.Length; i++)
        {
            target[i] += factor * values[i];
        }
    }
}
