using MobiZO.Checkpoints.Architecture;
using MobiZO.Programs.Building;
using MobiZO.Programs.Ops;

namespace MobiZO.Programs.Assembling;

/// <summary>
/// Adds the parts of layers that look at one token at a time: norms, projections, rotation, MLP. All states are [M, width].
/// </summary>
internal sealed class LayerParts(ProgramBuilder builder, LoraInputs? lora)
{
    private readonly Dictionary<string, Value> _inputs = new(StringComparer.Ordinal);

    /// <summary>What enters a linear layer that was added.</summary>
    public Value InputOf(string module) => _inputs[module];

    /// <summary>A norm, named after its weight.</summary>
    public Value Norm(NormDescription norm, Value states) => Norm(Module(norm.Weight.Name), norm, states);

    /// <summary>A norm.</summary>
    public Value Norm(string name, NormDescription norm, Value states)
    {
        var weight = Of(norm.Weight);
        Operation operation = norm.Kind switch
        {
            NormKind.RootMeanSquare => new RmsNorm(weight, norm.Epsilon),
            _ => new LayerNorm(weight, norm.Bias is { } bias ? Of(bias) : null, norm.Epsilon),
        };
        return builder.Add(name, operation, states);
    }

    /// <summary>A linear layer and what an adapter adds to it.</summary>
    public Value Linear(LinearDescription linear, Value input)
    {
        var output = builder.Add(linear.Module, new Linear(Of(linear.Weight), linear.Bias is { } bias ? Of(bias) : null), input);
        _inputs.Add(linear.Module, input);
        return lora?.Apply(builder, linear.Module, output, input) ?? output;
    }

    /// <summary>Queries as attention takes them, of their projection.</summary>
    public Value Queries(string name, AttentionDescription attention, Value projected, RowPlaces rows) =>
        Heads(name, attention, attention.QueryNorm, projected, rows);

    /// <summary>Keys as attention takes them and as they are cached, of their projection.</summary>
    public Value Keys(string name, AttentionDescription attention, Value projected, RowPlaces rows) =>
        Heads(name, attention, attention.KeyNorm, projected, rows);

    /// <summary>Queries, keys and values of a fused projection.</summary>
    public IReadOnlyList<Value> Cut(string layer, AttentionDescription attention, Value projected)
    {
        var keys = attention.KeyValueHeads * attention.HeadDimension;
        Operation operation =
            attention.Layout == ProjectionLayout.Grouped
                ? new SplitGroups(attention.Heads, attention.KeyValueHeads, attention.HeadDimension)
                : new SplitColumns([attention.Heads * attention.HeadDimension, keys, keys]);
        return builder.AddMany([layer + ".q", layer + ".k", layer + ".v"], operation, projected);
    }

    /// <summary>The MLP.</summary>
    public Value Mlp(string layer, MlpDescription mlp, Value states)
    {
        Value inner;
        if (mlp.Layout == MlpLayout.Plain)
        {
            inner = builder.Add(layer + ".activated", new Activation(mlp.Activation), Linear(mlp.Inputs[0], states));
        }
        else
        {
            var (gate, up) =
                mlp.Layout == MlpLayout.Gated
                    ? (Linear(mlp.Inputs[0], states), Linear(mlp.Inputs[1], states))
                    : Halves(layer, mlp.Inputs[0], states);
            inner = builder.Add(layer + ".gated", new GatedActivation(mlp.Activation), gate, up);
        }

        return Linear(mlp.Down, inner);
    }

    /// <summary>What a part of a layer adds to the residual stream: normed and scaled, where the layer says so.</summary>
    public Value Branch(string name, NormDescription? norm, double scale, Value states)
    {
        var normed = norm is null ? states : Norm(norm, states);
        return scale == 1 ? normed : builder.Add(name, new Scale(scale), normed);
    }

    /// <summary>A tensor as a weight of the program.</summary>
    public static Weight Of(ModelTensor tensor) => new(tensor.Name, tensor.Shape);

    private (Value Gate, Value Up) Halves(string layer, LinearDescription linear, Value states)
    {
        var parts = builder.AddMany(
            [layer + ".gate", layer + ".up"],
            new SplitColumns([linear.OutputSize / 2, linear.OutputSize / 2]),
            Linear(linear, states)
        );
        return (parts[0], parts[1]);
    }

    private Value Heads(string name, AttentionDescription attention, NormDescription? norm, Value projected, RowPlaces rows)
    {
        var normed = norm is null ? projected : Norm(norm, projected);
        return attention.Rotary is { } rotary
            ? builder.Add(name, new Rotary(attention.HeadDimension), normed, rows.Angles[rotary].Cosine, rows.Angles[rotary].Sine)
            : normed;
    }

    private static string Module(string weight) =>
        weight.EndsWith(".weight", StringComparison.Ordinal) ? weight[..^".weight".Length] : weight + ".normed";
}
