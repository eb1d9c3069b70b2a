namespace MobiZO.Programs.Adapters;

/// <summary>One adapted linear layer.</summary>
/// <param name="Name">Hugging Face module name, e.g. <c>model.layers.0.self_attn.q_proj</c>.</param>
/// <param name="Layer">Index of the decoder layer.</param>
/// <param name="InputSize">Columns of W and A.</param>
/// <param name="OutputSize">Rows of W and B.</param>
public sealed record AdapterModule(string Name, int Layer, int InputSize, int OutputSize)
{
    /// <summary>Whether Hugging Face files hold W as [in, out], which adapter folders must say.</summary>
    public bool IsStoredTransposed { get; init; }
}
