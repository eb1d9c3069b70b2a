using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Architecture;
using MobiZO.Programs.Adapters;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Feeding;

namespace MobiZO.TestKit.Tiny;

/// <summary>
/// The oracle of the oracles: any described model as plain loops in double over one whole sequence, no program, no cache, no copies, no
/// batch. The adapter acts on the tokens from a given one on, token by token.
/// </summary>
/// <param name="model">The model as data.</param>
/// <param name="weights">Its weights.</param>
/// <param name="adapter">The adapted modules.</param>
/// <param name="a">All A, flat.</param>
public sealed class PlainForward(ModelDescription model, IWeightSource weights, AdapterLayout adapter, float[] a)
{
    private readonly Dictionary<string, float[]> _weights = new(StringComparer.Ordinal);

    private readonly Dictionary<string, int> _adapted = adapter
        .Modules.Index()
        .ToDictionary(pair => pair.Item.Name, pair => pair.Index, StringComparer.Ordinal);

    /// <summary>An oracle of a tiny model.</summary>
    public PlainForward(TinyModel model, AdapterLayout adapter, float[] a)
        : this(model.Description, model, adapter, a) { }

    /// <summary>The mean loss of examples for one B. Tokens before an example's suffix carry no adapter.</summary>
    public double Loss(StepLossKind form, IReadOnlyList<PromptExample> examples, float[] b)
    {
        if (form == StepLossKind.Tokens)
        {
            return -examples.Sum(example => Score(example, example.Answer, b)) / examples.Sum(example => example.Answer.Length);
        }

        return examples.Average(example =>
        {
            if (form.IsTree())
            {
                var word = example.Choices[example.Label];
                var tokens = form == StepLossKind.ChoiceBranchesAndTokens ? -Score(example, word, b) / word.Length : 0;
                return ((1 - example.TokenShare) * Branches(example, b)) + (example.TokenShare * tokens);
            }

            double[] scores =
                form == StepLossKind.Choices
                    ? FirstTokens(example, b)
                    : [.. example.Choices.Select(choice => Score(example, choice, b) / choice.Length)];
            return PlainMath.LogSumExp(scores) - scores[example.Label];
        });
    }

    /// <summary>The token that ends a word which another goes on from.</summary>
    public const int End = 1;

    // Every word that begins as the right one does says which tokens it could go on with.
    private double Branches(PromptExample example, float[] b)
    {
        var word = example.Choices[example.Label];
        var logits = Logits([.. example.Prompt, .. word], example.SuffixStart, b);
        var loss = 0.0;
        for (var depth = 0; depth <= word.Length; depth++)
        {
            int[] next =
            [
                .. example
                    .Choices.Where(other => other.Take(depth).SequenceEqual(word.Take(depth)))
                    .Select(other => depth < other.Length ? other[depth] : End)
                    .Distinct(),
            ];
            var row = logits[example.Prompt.Length - 1 + depth];
            loss +=
                next.Length == 0
                    ? 0
                    : PlainMath.LogSumExp([.. next.Select(token => row[token])]) - row[depth < word.Length ? word[depth] : End];
        }

        return loss;
    }

    /// <summary>The summed log-probability of an answer.</summary>
    public double Score(PromptExample example, int[] answer, float[] b)
    {
        var logits = Logits([.. example.Prompt, .. answer], example.SuffixStart, b);
        var sum = 0.0;
        for (var i = 0; i < answer.Length; i++)
        {
            var row = logits[example.Prompt.Length - 1 + i];
            sum += row[answer[i]] - PlainMath.LogSumExp(row);
        }

        return sum;
    }

    /// <summary>Logits of every position.</summary>
    /// <param name="tokens">The whole sequence.</param>
    /// <param name="firstAdapted">First token that carries the adapter.</param>
    /// <param name="b">All B, flat.</param>
    public double[][] Logits(int[] tokens, int firstAdapted, float[] b)
    {
        var states = tokens.Select(Embed).ToArray();
        foreach (var layer in model.Layers)
        {
            AddLayer(states, layer, (linear, x, token) => Linear(linear, x, token >= firstAdapted ? b : null));
        }

        return [.. states.Select(state => Head(Norm(model.FinalNorm, state)))];
    }

    private double[] FirstTokens(PromptExample example, float[] b)
    {
        var logits = Logits(example.Prompt, example.SuffixStart, b)[^1];
        return [.. example.Choices.Select(choice => logits[choice[0]])];
    }

    private double[] Embed(int token, int position)
    {
        var embedding = model.Embedding;
        var state = Row(embedding.Table, token).Select(value => value * embedding.Scale).ToArray();
        state = embedding.Positions is { } table ? PlainMath.Plus(state, Row(table, position + embedding.PositionOffset)) : state;
        return embedding.Norm is { } norm ? Norm(norm, state) : state;
    }

    private double[] Head(double[] state)
    {
        var head = model.Head;
        var logits = Times(head.Table, head.Bias, state);
        return [.. logits.Select(value => PlainMath.Capped(value * head.Scale, head.Cap))];
    }

    private void AddLayer(double[][] states, LayerDescription layer, Func<LinearDescription, double[], int, double[]> apply)
    {
        var normed = states.Select(state => layer.AttentionNorm is { } norm ? Norm(norm, state) : state).ToArray();
        var projected = normed.Select((x, token) => Project(layer.Attention, x, token, apply)).ToArray();
        for (var token = 0; token < states.Length; token++)
        {
            double[] Branch(NormDescription? norm, double[] output) =>
                [.. (norm is null ? output : Norm(norm, output)).Select(value => value * layer.ResidualScale)];
            var attended = apply(layer.Attention.Output, Attend(layer.Attention, projected, token), token);
            var middle = PlainMath.Plus(states[token], Branch(layer.AttentionPostNorm, attended));
            var (entering, unnormed) = layer.IsParallel ? (states[token], normed[token]) : (middle, middle);
            var inner = layer.MlpNorm is { } before ? Norm(before, entering) : unnormed;
            states[token] = PlainMath.Plus(middle, Branch(layer.MlpPostNorm, Mlp(layer.Mlp, inner, token, apply)));
        }
    }

    private static double[] Mlp(MlpDescription mlp, double[] x, int token, Func<LinearDescription, double[], int, double[]> apply)
    {
        double[] Activated(double[] values) => Array.ConvertAll(values, value => PlainMath.Activated(mlp.Activation, value));
        var first = apply(mlp.Inputs[0], x, token);
        var half = first.Length / 2;
        var inner = mlp.Layout switch
        {
            MlpLayout.Plain => Activated(first),
            MlpLayout.Gated => PlainMath.Times(Activated(first), apply(mlp.Inputs[1], x, token)),
            _ => PlainMath.Times(Activated(first[..half]), first[half..]),
        };
        return apply(mlp.Down, inner, token);
    }

    private (double[] Query, double[] Key, double[] Value) Project(
        AttentionDescription attention,
        double[] x,
        int token,
        Func<LinearDescription, double[], int, double[]> apply
    )
    {
        var parts = attention.Projections.Select(linear => apply(linear, x, token)).ToArray();
        var (width, shared) = (attention.HeadDimension, attention.KeyValueHeads);
        var (queries, keys) = (attention.Heads * width, shared * width);
        var (query, key, value) = attention.Layout switch
        {
            ProjectionLayout.Separate => (parts[0], parts[1], parts[2]),
            ProjectionLayout.Concatenated => (parts[0][..queries], parts[0][queries..(queries + keys)], parts[0][(queries + keys)..]),
            _ => Grouped(parts[0], attention.Heads / shared, shared, width),
        };
        double[] Heads(NormDescription? norm, double[] values) =>
            Rotate(attention, norm is null ? values : [.. Runs(values, norm.Weight.Shape[0]).SelectMany(run => Norm(norm, run))], token);
        return (Heads(attention.QueryNorm, query), Heads(attention.KeyNorm, key), value);
    }

    private static (double[] Query, double[] Key, double[] Value) Grouped(double[] values, int queries, int groups, int width)
    {
        var of = values.Chunk((queries + 2) * width).ToArray();
        var end = queries * width;
        return (
            [.. of.Take(groups).SelectMany(group => group[..end])],
            [.. of.SelectMany(group => group[end..(end + width)])],
            [.. of.SelectMany(group => group[(end + width)..])]
        );
    }

    private static IEnumerable<double[]> Runs(double[] values, int width) => values.Chunk(width);

    private static double[] Rotate(AttentionDescription attention, double[] x, int position)
    {
        if (attention.Rotary is not { } rotary)
        {
            return x;
        }

        var half = rotary.InverseFrequencies.Count;
        double[] result = [.. x];
        for (var head = 0; head < x.Length; head += attention.HeadDimension)
        {
            for (var i = 0; i < half; i++)
            {
                var (left, right) = (head + i, head + half + i);
                var angle = position * rotary.InverseFrequencies[i];
                var (cosine, sine) = (Math.Cos(angle) * rotary.Factor, Math.Sin(angle) * rotary.Factor);
                (result[left], result[right]) = ((x[left] * cosine) - (x[right] * sine), (x[right] * cosine) + (x[left] * sine));
            }
        }

        return result;
    }

    private static double[] Attend(AttentionDescription attention, (double[] Query, double[] Key, double[] Value)[] tokens, int token)
    {
        var width = attention.HeadDimension;
        var first = Math.Max(0, token + 1 - (attention.Window ?? int.MaxValue));
        var result = new double[attention.Heads * width];
        for (var head = 0; head < attention.Heads; head++)
        {
            var shared = head / (attention.Heads / attention.KeyValueHeads) * width;
            var query = tokens[token].Query.AsSpan(head * width, width).ToArray();
            double Score(int past) => PlainMath.Dot(tokens[past].Key.AsSpan(shared, width), query) * attention.Scale;
            double[] scores =
            [
                .. Enumerable.Range(first, token + 1 - first).Select(past => PlainMath.Capped(Score(past), attention.ScoreCap)),
            ];
            var total = PlainMath.LogSumExp(scores);
            for (var past = first; past <= token; past++)
            {
                for (var i = 0; i < width; i++)
                {
                    result[(head * width) + i] += Math.Exp(scores[past - first] - total) * tokens[past].Value[shared + i];
                }
            }
        }

        return result;
    }

    private double[] Linear(LinearDescription linear, double[] x, float[]? b)
    {
        var y = Times(linear.Weight, linear.Bias, x);
        if (b is null || !_adapted.TryGetValue(linear.Module, out var index))
        {
            return y;
        }

        double[] down =
        [
            .. Enumerable
                .Range(0, adapter.Rank)
                .Select(r => PlainMath.Dot(a.AsSpan(adapter.AOffsets[index] + (r * x.Length), x.Length), x)),
        ];
        return
        [
            .. y.Select(
                (value, row) =>
                    value + (adapter.Scale * PlainMath.Dot(b.AsSpan(adapter.BOffsets[index] + (row * adapter.Rank), adapter.Rank), down))
            ),
        ];
    }

    private double[] Times(ModelTensor matrix, ModelTensor? bias, double[] x)
    {
        var (values, added) = (Read(matrix), bias is null ? null : Read(bias));
        var y = new double[values.Length / x.Length];
        for (var row = 0; row < y.Length; row++)
        {
            y[row] = PlainMath.Dot(values.AsSpan(row * x.Length, x.Length), x) + (added?[row] ?? 0);
        }

        return y;
    }

    private double[] Norm(NormDescription norm, double[] x)
    {
        var (scale, bias) = (Read(norm.Weight), norm.Bias is { } b ? Read(b) : null);
        var mean = norm.Kind == NormKind.Layer ? x.Average() : 0;
        var root = Math.Sqrt(x.Average(value => (value - mean) * (value - mean)) + norm.Epsilon);
        return [.. x.Select((value, i) => ((value - mean) / root * scale[i]) + (bias?[i] ?? 0))];
    }

    private double[] Row(ModelTensor table, int row)
    {
        var width = table.Shape[1];
        return Array.ConvertAll(Read(table).AsSpan(row * width, width).ToArray(), value => (double)value);
    }

    private float[] Read(ModelTensor tensor)
    {
        if (!_weights.TryGetValue(tensor.Name, out var values))
        {
            values = new float[tensor.Shape.Aggregate(1, (product, extent) => product * extent)];
            weights.Read(tensor.Name, 0, values);
            _weights.Add(tensor.Name, values);
        }

        return values;
    }
}
