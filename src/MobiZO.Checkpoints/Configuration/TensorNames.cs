using MobiZO.Checkpoints.Architecture;

namespace MobiZO.Checkpoints.Configuration;

/// <summary>Makes the tensors of one part of a model, with the names that both formats give them.</summary>
/// <param name="huggingFacePrefix">What stands before Hugging Face names, e.g. <c>model.layers.3.</c>.</param>
/// <param name="ggufPrefix">What stands before GGUF names, e.g. <c>blk.3.</c>.</param>
/// <param name="layer">The layer, or null.</param>
internal sealed class TensorNames(string huggingFacePrefix, string ggufPrefix, int? layer = null)
{
    /// <summary>Tensors of a decoder layer.</summary>
    /// <param name="layers">The module that holds the layers, e.g. <c>model.layers</c>.</param>
    /// <param name="layer">Its index.</param>
    public static TensorNames OfLayer(string layers, int layer) => new($"{layers}.{layer}.", $"blk.{layer}.", layer);

    /// <summary>A tensor <c>name.weight</c>.</summary>
    public ModelTensor Weight(string name, string gguf, TensorRole role, params IReadOnlyList<int> shape) =>
        Tensor($"{name}.weight", $"{gguf}.weight", role, shape);

    /// <summary>A norm with the tensors <c>name.weight</c> and, for <see cref="NormKind.Layer"/>, <c>name.bias</c>.</summary>
    public NormDescription Norm(string name, string gguf, NormKind kind, int width, double epsilon) =>
        new(
            kind,
            Weight(name, gguf, TensorRole.Norm, width),
            epsilon,
            kind == NormKind.Layer ? Tensor($"{name}.bias", $"{gguf}.bias", TensorRole.Bias, width) : null
        );

    /// <summary>A linear layer with the tensors <c>name.weight</c> [outputs, inputs] and, if it has a bias, <c>name.bias</c>.</summary>
    public LinearDescription Linear(string name, string gguf, TensorRole role, int outputs, int inputs, bool hasBias) =>
        new(
            huggingFacePrefix + name,
            Weight(name, gguf, role, outputs, inputs),
            hasBias ? Tensor($"{name}.bias", $"{gguf}.bias", TensorRole.Bias, outputs) : null
        );

    private ModelTensor Tensor(string name, string gguf, TensorRole role, params IReadOnlyList<int> shape) =>
        new(huggingFacePrefix + name, role, shape) { Layer = layer, GgufName = ggufPrefix + gguf };
}
