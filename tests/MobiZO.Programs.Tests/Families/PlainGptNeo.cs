using MobiZO.TestKit.Tiny;

namespace MobiZO.Programs.Tests.Families;

/// <summary>
/// GPT-Neo as its public definition says it (transformers, <c>modeling_gpt_neo.py</c>), on weights under its own names; it knows no
/// description of a model. Scores are not scaled, and a local layer sees <paramref name="Window"/> tokens.
/// </summary>
internal sealed record PlainGptNeo(TinyModel Weights, int Heads, int Window)
{
    private const int Layers = 2;

    public double[][] Logits(int[] tokens)
    {
        var (table, places) = (Values("transformer.wte.weight"), Values("transformer.wpe.weight"));
        var hidden = Values("transformer.ln_f.weight").Length;
        double[] Row(double[] values, int row) => values[(row * hidden)..((row + 1) * hidden)];
        var states = tokens.Select((token, position) => PlainParts.Plus(Row(table, token), Row(places, position))).ToArray();
        for (var layer = 0; layer < Layers; layer++)
        {
            var prefix = $"transformer.h.{layer}.";
            var window = layer % 2 == 0 ? int.MaxValue : Window;
            var attended = Attention(prefix + "attn.attention.", [.. states.Select(state => Norm(prefix + "ln_1", state))], window);
            states =
            [
                .. states.Select(
                    (state, token) =>
                    {
                        var middle = PlainParts.Plus(state, attended[token]);
                        var inner = Linear(prefix + "mlp.c_fc", Norm(prefix + "ln_2", middle), hasBias: true).Select(PlainParts.GeluNew);
                        return PlainParts.Plus(middle, Linear(prefix + "mlp.c_proj", [.. inner], hasBias: true));
                    }
                ),
            ];
        }

        return [.. states.Select(state => PlainParts.Linear(Norm("transformer.ln_f", state), table, null))];
    }

    private double[][] Attention(string prefix, double[][] normed, int window)
    {
        var width = normed[0].Length / Heads;
        double[][] Project(string name) => [.. normed.Select(x => Linear(prefix + name, x, hasBias: false))];
        var (queries, keys, values) = (Project("q_proj"), Project("k_proj"), Project("v_proj"));
        return
        [
            .. normed.Select(
                (_, token) =>
                    Linear(
                        prefix + "out_proj",
                        [
                            .. Enumerable
                                .Range(0, Heads)
                                .Select(head => (head * width)..((head + 1) * width))
                                .SelectMany(head =>
                                    PlainParts.Attend(
                                        [
                                            .. Enumerable
                                                .Range(0, token + 1)
                                                .Select(past =>
                                                    token - past >= window
                                                        ? (double?)null
                                                        : PlainParts.Dot(queries[token][head], keys[past][head])
                                                ),
                                        ],
                                        past => values[past][head]
                                    )
                                ),
                        ],
                        hasBias: true
                    )
            ),
        ];
    }

    private double[] Linear(string module, double[] x, bool hasBias) =>
        PlainParts.Linear(x, Values(module + ".weight"), hasBias ? Values(module + ".bias") : null);

    private double[] Norm(string module, double[] x) => PlainParts.LayerNorm(x, Values(module + ".weight"), Values(module + ".bias"), 1e-5);

    private double[] Values(string name) => Array.ConvertAll(Weights.Values(name), value => (double)value);
}
