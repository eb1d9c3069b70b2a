using MobiZO.Checkpoints.Architecture;

namespace MobiZO.Checkpoints.Tests;

/// <summary>What a description says beside the sizes, to compare two of them.</summary>
internal static class DescriptionText
{
    /// <summary>A line for the model, one a layer, one a tensor.</summary>
    public static IEnumerable<string> Of(ModelDescription model) =>
        [
            FormattableString.Invariant($"{model.Embedding.Scale} {model.Head.Scale} {model.Head.Cap} {model.FinalNorm.Epsilon}"),
            $"{model.Config.HiddenSize} {model.Config.HeadDimension} {model.Config.TieWordEmbeddings} {model.DefaultTargets}",
            .. model.Layers.Select(Of),
            .. model.Tensors.Select(tensor => $"{tensor.Name} {tensor.Role} [{string.Join(',', tensor.Shape)}]"),
        ];

    private static string Of(LayerDescription layer)
    {
        AttentionDescription attention = layer.Attention;
        string rotary = string.Join(' ', attention.Rotary?.InverseFrequencies ?? []);
        NormDescription?[] norms =
        [
            layer.AttentionNorm,
            layer.AttentionPostNorm,
            layer.MlpNorm,
            layer.MlpPostNorm,
            attention.QueryNorm,
            attention.KeyNorm,
        ];
        return string.Join(
            ' ',
            FormattableString.Invariant($"{layer.ResidualScale} {layer.IsParallel} {layer.Mlp.Layout} {layer.Mlp.Activation}"),
            FormattableString.Invariant($"{attention.Scale} {attention.ScoreCap} {attention.Window} {attention.Layout}"),
            FormattableString.Invariant($"{attention.Rotary?.Factor} {rotary}"),
            string.Join(' ', norms.Select(norm => FormattableString.Invariant($"{norm?.Kind} {norm?.Weight.Name} {norm?.Epsilon}")))
        );
    }
}
