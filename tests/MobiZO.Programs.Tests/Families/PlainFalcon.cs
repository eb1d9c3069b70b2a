using MobiZO.TestKit.Tiny;

namespace MobiZO.Programs.Tests.Families;

/// <summary>
/// Falcon as its public definition says it (transformers, <c>modeling_falcon.py</c>), on weights under its own names; it knows no
/// description of a model.
/// </summary>
internal sealed record PlainFalcon(TinyModel Weights, int Heads, int KeyValueHeads)
{
    private const int Layers = 2;
    private const double Epsilon = 1e-5;

    /// <summary>Whether attention and MLP have a norm each (40B).</summary>
    public bool HasOwnNorms { get; init; }

    /// <summary>Whether the MLP reads what attention gives.</summary>
    public bool IsInSequence { get; init; }

    public double Theta { get; init; } = 10000;

    public double[][] Logits(int[] tokens)
    {
        var hidden = Values("transformer.ln_f.weight").Length;
        var table = Values("transformer.word_embeddings.weight");
        var states = tokens.Select(token => table[(token * hidden)..((token + 1) * hidden)]).ToArray();
        for (var layer = 0; layer < Layers; layer++)
        {
            var prefix = $"transformer.h.{layer}.";
            var first = HasOwnNorms ? "ln_attn" : "input_layernorm";
            var normed = states.Select(state => Norm(prefix + first, state)).ToArray();
            var attended = Attention(prefix + "self_attention.", normed);
            states =
            [
                .. states.Select(
                    (state, token) =>
                    {
                        var middle = PlainParts.Plus(state, attended[token]);
                        var entering =
                            IsInSequence ? Norm(prefix + "post_attention_layernorm", middle)
                            : HasOwnNorms ? Norm(prefix + "ln_mlp", state)
                            : normed[token];
                        return PlainParts.Plus(middle, Mlp(prefix + "mlp.", entering));
                    }
                ),
            ];
        }

        var head = Weights.Names.Contains("lm_head.weight") ? Values("lm_head.weight") : table;
        return [.. states.Select(state => PlainParts.Linear(Norm("transformer.ln_f", state), head, null))];
    }

    private double[][] Attention(string prefix, double[][] normed)
    {
        // One group of a key/value head: its queries, its key, its value.
        var fused = normed.Select(x => Linear(prefix + "query_key_value", x)).ToArray();
        var (group, width) = (Heads / KeyValueHeads, normed[0].Length / Heads);
        double[] Part(int token, int key, int place)
        {
            var start = ((key * (group + 2)) + place) * width;
            return fused[token][start..(start + width)];
        }

        return
        [
            .. normed.Select(
                (_, token) =>
                    Linear(
                        prefix + "dense",
                        [
                            .. Enumerable
                                .Range(0, Heads)
                                .SelectMany(head =>
                                {
                                    var query = PlainParts.Rotate(Part(token, head / group, head % group), token, Theta);
                                    double?[] scores =
                                    [
                                        .. Enumerable
                                            .Range(0, token + 1)
                                            .Select(past => PlainParts.Rotate(Part(past, head / group, group), past, Theta))
                                            .Select(key => (double?)(PlainParts.Dot(query, key) / Math.Sqrt(width))),
                                    ];
                                    return PlainParts.Attend(scores, past => Part(past, head / group, group + 1));
                                }),
                        ]
                    )
            ),
        ];
    }

    private double[] Mlp(string prefix, double[] x) =>
        Linear(prefix + "dense_4h_to_h", [.. Linear(prefix + "dense_h_to_4h", x).Select(PlainParts.Gelu)]);

    private double[] Linear(string module, double[] x) =>
        PlainParts.Linear(x, Values(module + ".weight"), Weights.Names.Contains(module + ".bias") ? Values(module + ".bias") : null);

    private double[] Norm(string module, double[] x) =>
        PlainParts.LayerNorm(x, Values(module + ".weight"), Values(module + ".bias"), Epsilon);

    private double[] Values(string name) => Array.ConvertAll(Weights.Values(name), value => (double)value);
}
