namespace MobiZO.Checkpoints.Architecture;

/// <summary>
/// A norm over the last axis, or over runs of it: a weight [d] on states of k * d values norms each of the k heads by itself.
/// </summary>
/// <param name="Kind">How it is computed.</param>
/// <param name="Weight">The scale. A family that computes with 1 + weight says so by <see cref="StoredForm.LessOne"/>.</param>
/// <param name="Epsilon">Added to the mean square or the variance.</param>
/// <param name="Bias">Added last, for <see cref="NormKind.Layer"/>; or none.</param>
public sealed record NormDescription(NormKind Kind, ModelTensor Weight, double Epsilon, ModelTensor? Bias = null)
{
    /// <summary>Its tensors.</summary>
    public IEnumerable<ModelTensor> Tensors => Bias is null ? [Weight] : [Weight, Bias];
}
