using MobiZO.Checkpoints;
using MobiZO.Models;

namespace MobiZO.Training;

/// <summary>Whether the machine holds the weights of a model, before anything of their size is read or written.</summary>
internal static class WeightRoom
{
    private const double Gigabyte = 1L << 30;

    // Smaller models are converted in seconds, and what they take is told with the plan.
    private const long Large = 4L << 30;

    /// <summary>Refuses weights that do not fit, and says what large ones will take.</summary>
    /// <param name="model">The model and its engine.</param>
    /// <param name="engine">What the engine was made of.</param>
    /// <param name="available">Bytes of memory that the process may use.</param>
    /// <returns>A sentence for the user; null for models that are not large.</returns>
    /// <exception cref="FineTuneException">The engine's own copies of the weights are more than there is.</exception>
    public static string? Require(LocalModel model, EngineOptions engine, long available)
    {
        var (mapped, packed) = model.Engine.MemoryOf(model.Checkpoint);
        var billions = ModelFacts.ParametersOf(model.Checkpoint) / 1e9;
        var what = FormattableString.Invariant($"{billions:0.0} billion weights ({Size(model.Checkpoint.StoredBytes)} as stored)");
        var format = WeightFormats.NameOf(model.Weights);
        var takes =
            $"as {format} {Size(mapped)} in the cache and {Size(packed)} of memory beside it, and the machine has {Size(available)}";
        if (packed > available)
        {
            throw new FineTuneException(
                $"'{model.Checkpoint.Path}': {what} take {takes}. {Advice(model, engine)}",
                FineTuneFailure.Settings
            );
        }

        return mapped + packed > Large ? $"{what} take {takes}." : null;
    }

    /// <summary>What takes less memory with this engine: not every one holds codes, or reads weights in the cache.</summary>
    private static string Advice(LocalModel model, EngineOptions engine) =>
        engine.Holds(WeightFormat.Stored)
            ? "Set EngineOptions.Weights = WeightFormat.Stored, which keeps codes that the file stores, or EngineOptions.LowMemory, which "
                + "leaves weights in the cache."
        : model.Weights != WeightFormat.Int8 && engine.Holds(WeightFormat.Int8)
            ? "Set EngineOptions.Weights = WeightFormat.Int8, or another engine as EngineOptions.Name."
        : "Set another engine as EngineOptions.Name, or take a smaller model.";

    private static string Size(long bytes) => FormattableString.Invariant($"{bytes / Gigabyte:0.0} GB");
}
