using MobiZO.Checkpoints.Architecture;

namespace MobiZO.Checkpoints.Configuration;

/// <summary>Models of the shared decoder's shape with LayerNorms in the place of RMS norms.</summary>
internal static class LayerNorms
{
    /// <summary>The same model, every norm before a part or the head a LayerNorm with a bias beside its weight.</summary>
    public static ModelDescription WithLayerNorms(this ModelDescription model) =>
        model with
        {
            Layers =
            [
                .. model.Layers.Select(layer =>
                    layer with
                    {
                        AttentionNorm = Layer(layer.AttentionNorm!),
                        MlpNorm = Layer(layer.MlpNorm!),
                    }
                ),
            ],
            FinalNorm = Layer(model.FinalNorm),
        };

    private static NormDescription Layer(NormDescription norm) =>
        norm with
        {
            Kind = NormKind.Layer,
            Bias = norm.Weight with { Name = Bias(norm.Weight.Name), Role = TensorRole.Bias, GgufName = Bias(norm.Weight.GgufName!) },
        };

    private static string Bias(string weight) => weight[..^"weight".Length] + "bias";
}
