using MobiZO.Adapters;
using MobiZO.Checkpoints.Architecture;
using MobiZO.Models;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace MobiZO.TorchAnchor;

/// <summary>A plain Llama decoder in PyTorch with the adapter of a run, written from the published definition.</summary>
internal sealed class TorchModel
{
    private readonly Dictionary<string, Tensor> _weights = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (Tensor A, Tensor B)> _adapter = new(StringComparer.Ordinal);
    private readonly ModelConfig _config;
    private readonly double _theta;
    private readonly double _epsilon;
    private readonly double _scale;

    /// <param name="model">A model of family llama without biases.</param>
    /// <param name="adapter">Where the run started: A is frozen, B is trained from zero.</param>
    /// <param name="theta">rope_theta.</param>
    /// <param name="epsilon">rms_norm_eps.</param>
    public TorchModel(LocalModel model, LoraAdapter adapter, double theta, double epsilon)
    {
        var checkpoint = model.Checkpoint;
        (_config, _theta, _epsilon, _scale) = (checkpoint.Config, theta, epsilon, adapter.Scale);
        foreach (var name in checkpoint.Names)
        {
            var shape = checkpoint.FindShape(name)!.Select(size => (long)size).ToArray();
            var values = new float[shape.Aggregate(1L, (product, size) => product * size)];
            checkpoint.Read(name, 0, values);
            _weights[name] = tensor(values).reshape(shape);
        }

        foreach (var module in adapter.Modules)
        {
            var a = tensor(module.A).reshape(module.Rank, module.InputSize);
            _adapter[module.Name] = (a, nn.Parameter(zeros(module.OutputSize, module.Rank)));
        }

        Trained = [.. adapter.Modules.Select(module => (TorchSharp.Modules.Parameter)_adapter[module.Name].B)];
    }

    /// <summary>B of every module, in the order of the adapter.</summary>
    public IReadOnlyList<TorchSharp.Modules.Parameter> Trained { get; }

    private Tensor Head => _weights.TryGetValue("lm_head.weight", out var head) ? head : _weights["model.embed_tokens.weight"];

    /// <summary>Sum of the negative log-probabilities of answer tokens, and their number.</summary>
    /// <param name="rows">Prompt, answer, and the token that the adapter starts at.</param>
    public (Tensor Sum, int Count) AnswerLoss(IReadOnlyList<(int[] Prompt, int[] Answer, int Start)> rows)
    {
        int[][] inputs = [.. rows.Select(row => (int[])[.. row.Prompt, .. row.Answer[..^1]])];
        var length = inputs.Max(row => row.Length);
        var places = new List<long>();
        var targets = new List<long>();
        for (var n = 0; n < rows.Count; n++)
        {
            for (var t = 0; t < rows[n].Answer.Length; t++)
            {
                places.Add(((long)n * length) + rows[n].Prompt.Length - 1 + t);
                targets.Add(rows[n].Answer[t]);
            }
        }

        var states = Forward(inputs, [.. rows.Select(row => row.Start)], length).index_select(0, tensor(places.ToArray()));
        var logits = matmul(states, Head.t());
        return (cross_entropy(logits, tensor(targets.ToArray()), reduction: nn.Reduction.Sum), targets.Count);
    }

    private Tensor Forward(int[][] rows, int[] starts, int length)
    {
        var (heads, keyHeads, size, hidden) = (_config.HeadCount, _config.KeyValueHeadCount, _config.HeadDimension, _config.HiddenSize);
        var ids = new long[rows.Length * length];
        var carries = new float[rows.Length * length];
        for (var n = 0; n < rows.Length; n++)
        {
            for (var t = 0; t < rows[n].Length; t++)
            {
                ids[(n * length) + t] = rows[n][t];
                carries[(n * length) + t] = t >= starts[n] ? 1 : 0;
            }
        }

        var mask = tensor(carries).reshape(rows.Length, length, 1);
        var x = _weights["model.embed_tokens.weight"].index_select(0, tensor(ids)).reshape(rows.Length, length, hidden);
        var frequencies = torch.pow(_theta, -arange(0, size, 2, ScalarType.Float32) / size);
        var angles = torch.outer(arange(length, dtype: ScalarType.Float32), frequencies);
        var both = cat([angles, angles], -1);
        var (cos, sin) = (both.cos(), both.sin());
        Tensor Turn(Tensor value)
        {
            var halves = value.chunk(2, -1);
            return (value * cos) + (cat([-halves[1], halves[0]], -1) * sin);
        }

        Tensor Split(Tensor value, int count) => value.reshape(rows.Length, length, count, size).transpose(1, 2);
        for (var layer = 0; layer < _config.LayerCount; layer++)
        {
            var place = $"model.layers.{layer}.";
            Tensor Apply(Tensor value, string name) => Linear(value, place + name, mask);
            var entered = Norm(x, place + "input_layernorm.weight");
            var q = Turn(Split(Apply(entered, "self_attn.q_proj"), heads));
            var k = Turn(Split(Apply(entered, "self_attn.k_proj"), keyHeads)).repeat_interleave(heads / keyHeads, 1);
            var v = Split(Apply(entered, "self_attn.v_proj"), keyHeads).repeat_interleave(heads / keyHeads, 1);
            var attended = scaled_dot_product_attention(q, k, v, is_casual: true)
                .transpose(1, 2)
                .reshape(rows.Length, length, heads * size);
            x += Apply(attended, "self_attn.o_proj");
            var normed = Norm(x, place + "post_attention_layernorm.weight");
            x += Apply(silu(Apply(normed, "mlp.gate_proj")) * Apply(normed, "mlp.up_proj"), "mlp.down_proj");
        }

        return Norm(x, "model.norm.weight").reshape(rows.Length * length, hidden);
    }

    private Tensor Norm(Tensor x, string name) => x * torch.rsqrt(x.pow(2).mean([-1], true) + _epsilon) * _weights[name];

    private Tensor Linear(Tensor x, string name, Tensor mask)
    {
        var y = matmul(x, _weights[name + ".weight"].t());
        return _adapter.TryGetValue(name, out var pair) ? y + (matmul(matmul(x * mask, pair.A.t()), pair.B.t()) * _scale) : y;
    }
}
