namespace MobiZO.Checkpoints.Architecture;

/// <summary>A linear layer, x W^T + b; adapters can act on it.</summary>
/// <param name="Module">Name of the module as Hugging Face publishes it, e.g. <c>model.layers.0.self_attn.q_proj</c>.</param>
/// <param name="Weight">W [out, in].</param>
/// <param name="Bias">b [out], or none.</param>
public sealed record LinearDescription(string Module, ModelTensor Weight, ModelTensor? Bias = null)
{
    /// <summary>Columns of W.</summary>
    public int InputSize => Weight.Shape[1];

    /// <summary>Rows of W.</summary>
    public int OutputSize => Weight.Shape[0];

    /// <summary>Its tensors.</summary>
    public IEnumerable<ModelTensor> Tensors => Bias is null ? [Weight] : [Weight, Bias];
}
