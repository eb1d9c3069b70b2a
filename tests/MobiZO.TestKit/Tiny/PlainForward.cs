using MobiZO.Programs.Adapters;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Feeding;

namespace MobiZO.TestKit.Tiny;

/// <summary>
/// The oracle of the oracles: a Llama as plain loops in double over one whole sequence, no cache, no copies, no batch. The adapter acts on
/// the
/// tokens from a given one on, token by token.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="adapter">The adapted modules.</param>
/// <param name="a">All A, flat.</param>
public sealed class PlainForward(TinyLlama model, AdapterLayout adapter, float[] a)
{
    private readonly Dictionary<string, float[]> _weights = model.Names.ToDictionary(name => name, model.Values, StringComparer.Ordinal);

    /// <summary>The mean loss of examples for one B. Tokens before an example's suffix carry no adapter.</summary>
    public double Loss(StepLossKind form, IReadOnlyList<PromptExample> examples, float[] b)
    {
        if (form == StepLossKind.Tokens)
        {
            return -examples.Sum(example => Score(example, example.Answer, b)) / examples.Sum(example => example.Answer.Length);
        }

        return examples.Average(example =>
        {
            double[] scores =
                form == StepLossKind.Choices
                    ? [.. example.Choices.Select(choice => Logits(example.Prompt, example.SuffixStart, b)[^1][choice[0]])]
                    : [.. example.Choices.Select(choice => Score(example, choice, b) / choice.Length)];
            return LogSumExp(scores) - scores[example.Label];
        });
    }

    /// <summary>The summed log-probability of an answer.</summary>
    public double Score(PromptExample example, int[] answer, float[] b)
    {
        var logits = Logits([.. example.Prompt, .. answer], example.SuffixStart, b);
        var sum = 0.0;
        for (var i = 0; i < answer.Length; i++)
        {
            var row = logits[example.Prompt.Length - 1 + i];
            sum += row[answer[i]] - LogSumExp(row);
        }

        return sum;
    }

    /// <summary>Logits of every position.</summary>
    /// <param name="tokens">The whole sequence.</param>
    /// <param name="firstAdapted">First token that carries the adapter.</param>
    /// <param name="b">All B, flat.</param>
    public double[][] Logits(int[] tokens, int firstAdapted, float[] b)
    {
        var config = model.Config;
        var states = tokens.Select(token => Row("model.embed_tokens.weight", token, config.HiddenSize)).ToArray();
        for (var layer = 0; layer < config.LayerCount; layer++)
        {
            var prefix = $"model.layers.{layer}.";
            double[] Module(string name, double[] x, int token) => Linear(prefix + name, x, token >= firstAdapted ? b : null);
            var normed = states.Select(state => Norm(prefix + "input_layernorm.weight", state)).ToArray();
            var queries = normed.Select((x, token) => Rotate(Module("self_attn.q_proj", x, token), token)).ToArray();
            var keys = normed.Select((x, token) => Rotate(Module("self_attn.k_proj", x, token), token)).ToArray();
            var values = normed.Select((x, token) => Module("self_attn.v_proj", x, token)).ToArray();
            for (var token = 0; token < tokens.Length; token++)
            {
                var middle = Plus(states[token], Module("self_attn.o_proj", Attend(queries[token], keys, values, token), token));
                var inner = Norm(prefix + "post_attention_layernorm.weight", middle);
                var (gate, up) = (Module("mlp.gate_proj", inner, token), Module("mlp.up_proj", inner, token));
                var gated = gate.Zip(up, (g, u) => g / (1 + Math.Exp(-g)) * u).ToArray();
                states[token] = Plus(middle, Module("mlp.down_proj", gated, token));
            }
        }

        var head = config.TieWordEmbeddings ? "model.embed_tokens.weight" : "lm_head.weight";
        return
        [
            .. states.Select(state =>
            {
                var final = Norm("model.norm.weight", state);
                return Enumerable
                    .Range(0, config.VocabularySize)
                    .Select(token => Dot(Row(head, token, config.HiddenSize), final))
                    .ToArray();
            }),
        ];
    }

    private double[] Attend(double[] query, double[][] keys, double[][] values, int token)
    {
        var config = model.Config;
        var width = config.HeadDimension;
        var result = new double[query.Length];
        for (var head = 0; head < config.HeadCount; head++)
        {
            var shared = head / (config.HeadCount / config.KeyValueHeadCount) * width;
            var scores = Enumerable
                .Range(0, token + 1)
                .Select(past => Dot(query[(head * width)..((head + 1) * width)], keys[past][shared..(shared + width)]) / Math.Sqrt(width))
                .ToArray();
            var total = LogSumExp(scores);
            for (var past = 0; past <= token; past++)
            {
                for (var i = 0; i < width; i++)
                {
                    result[(head * width) + i] += Math.Exp(scores[past] - total) * values[past][shared + i];
                }
            }
        }

        return result;
    }

    private double[] Linear(string module, double[] x, float[]? b)
    {
        var outputs = _weights[module + ".weight"].Length / x.Length;
        _weights.TryGetValue(module + ".bias", out var bias);
        var y = Enumerable.Range(0, outputs).Select(row => Dot(Row(module + ".weight", row, x.Length), x) + (bias?[row] ?? 0)).ToArray();
        var index = adapter.Modules.Index().Where(pair => pair.Item.Name == module).Select(pair => pair.Index).DefaultIfEmpty(-1).First();
        if (b is null || index < 0)
        {
            return y;
        }

        var down = Enumerable
            .Range(0, adapter.Rank)
            .Select(r => Dot(Cut(a, adapter.AOffsets[index] + (r * x.Length), x.Length), x))
            .ToArray();
        return
        [
            .. y.Select(
                (value, row) => value + (adapter.Scale * Dot(Cut(b, adapter.BOffsets[index] + (row * adapter.Rank), adapter.Rank), down))
            ),
        ];
    }

    private double[] Norm(string name, double[] x)
    {
        var root = Math.Sqrt(x.Average(value => value * value) + model.Description.FinalNorm.Epsilon);
        return [.. x.Zip(_weights[name], (value, scale) => value / root * scale)];
    }

    private double[] Rotate(double[] x, int position)
    {
        var half = model.Config.HeadDimension / 2;
        var result = new double[x.Length];
        for (var i = 0; i < x.Length; i++)
        {
            var place = i % (2 * half);
            var angle = position * model.Description.Layers[0].Attention.Rotary!.InverseFrequencies[place % half];
            result[i] = (x[i] * Math.Cos(angle)) + ((place < half ? -x[i + half] : x[i - half]) * Math.Sin(angle));
        }

        return result;
    }

    private double[] Row(string name, int row, int width) => Cut(_weights[name], row * width, width);

    private static double[] Cut(float[] values, int start, int count) =>
        Array.ConvertAll(values[start..(start + count)], value => (double)value);

    private static double[] Plus(double[] left, double[] right) => [.. left.Zip(right, (x, y) => x + y)];

    private static double Dot(double[] left, double[] right)
    {
        var sum = 0.0;
        for (var i = 0; i < left.Length; i++)
        {
            sum += left[i] * right[i];
        }

        return sum;
    }

    private static double LogSumExp(double[] values)
    {
        var largest = values.Max();
        return largest + Math.Log(values.Sum(value => Math.Exp(value - largest)));
    }
}
