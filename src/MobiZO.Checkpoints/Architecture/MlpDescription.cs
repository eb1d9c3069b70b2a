namespace MobiZO.Checkpoints.Architecture;

/// <summary>The feed-forward part of a layer.</summary>
/// <param name="Layout">How <paramref name="Inputs"/> are to be read.</param>
/// <param name="Activation">The non-linear function.</param>
/// <param name="Inputs">The projections to the inner width: up; gate and up; or one that holds both.</param>
/// <param name="Down">The projection back to the residual stream.</param>
public sealed record MlpDescription(
    MlpLayout Layout,
    ActivationKind Activation,
    IReadOnlyList<LinearDescription> Inputs,
    LinearDescription Down
)
{
    /// <summary>Its linear layers, in the order they are computed.</summary>
    public IEnumerable<LinearDescription> Linears => [.. Inputs, Down];

    /// <summary>Its tensors.</summary>
    public IEnumerable<ModelTensor> Tensors => Linears.SelectMany(linear => linear.Tensors);
}
