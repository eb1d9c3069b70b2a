using System.Globalization;

namespace MobiZO.Checkpoints.Architecture;

/// <summary>
/// The error for a stored tensor whose use is not known: it means that the model computes something else than its config says.
/// </summary>
internal static class UnknownTensor
{
    /// <param name="file">The file that holds it.</param>
    /// <param name="name">Its name there.</param>
    /// <param name="model">The model that has no such tensor.</param>
    /// <param name="source">Where the model was described: <c>config.json</c>, or the metadata.</param>
    public static CheckpointException Error(string file, string name, ModelDescription model, string source) =>
        new(
            $"{file}: tensor '{name}': expected only the tensors of a {model.Config.ModelType} of {model.Config.LayerCount} layers as "
                + $"{source} describes it, "
                + $"found this one, whose use is not known{Hint(name, model.Config)}."
        );

    private static string Hint(string name, ModelConfig config)
    {
        int layer = name.Split('.')
            .Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : -1)
            .Max();
        return layer >= config.LayerCount ? $" (a weight of layer {layer}; layers count from 0)"
            : name.EndsWith(".bias", StringComparison.Ordinal) ? " (a bias that is not announced)"
            : "";
    }
}
