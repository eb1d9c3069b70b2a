using MobiZO.Adapters;
using MobiZO.Models;

namespace MobiZO.Adapted;

/// <summary>The adapter that a run starts from instead of a new one (<see cref="AdapterOptions.StartFrom"/>).</summary>
internal static class StartingAdapter
{
    /// <summary>Reads it, in the order of the model's modules; null when the run makes a new one.</summary>
    /// <param name="model">The base model.</param>
    /// <param name="options">Names the adapter.</param>
    /// <param name="cacheFolder">Where hashes of large files are kept.</param>
    /// <exception cref="Checkpoints.CheckpointException">There is no adapter, or it was made on another model.</exception>
    /// <exception cref="FineTuneException">It does not fit the model, or other options say something else.</exception>
    public static LoraAdapter? Read(LocalModel model, AdapterOptions options, string cacheFolder)
    {
        if (options.StartFrom is not { } path)
        {
            return null;
        }

        var adapter = AdapterFiles.Load(path, model.Checkpoint, options.IgnoreBaseMismatch, cacheFolder);
        _ = AdapterLayouts.Of(model.Assembler, adapter);
        if (options.Rank is { } rank && rank != adapter.Rank)
        {
            throw Differs(nameof(AdapterOptions.Rank), rank, adapter.Rank);
        }

        if (options.Alpha is { } alpha && (float)alpha != adapter.Alpha)
        {
            throw Differs(nameof(AdapterOptions.Alpha), alpha, adapter.Alpha);
        }

        if (options.Scope is { } scope && scope != adapter.Scope)
        {
            throw Differs(nameof(AdapterOptions.Scope), scope, adapter.Scope);
        }

        var names = adapter.Modules.Select(module => module.Name).ToHashSet(StringComparer.Ordinal);
        return adapter.OrderedAs([.. model.Assembler.LinearModules.Select(module => module.Name).Where(names.Contains)]) with
        {
            BaseModel = Path.GetFullPath(model.Checkpoint.Path),
        };
    }

    /// <summary>The options with what the adapter decides.</summary>
    public static AdapterOptions Describe(AdapterOptions options, LoraAdapter adapter) =>
        options with
        {
            Rank = adapter.Rank,
            Alpha = adapter.Alpha,
            Scope = adapter.Scope,
        };

    private static FineTuneException Differs(string name, IFormattable said, IFormattable found) =>
        new(
            FormattableString.Invariant(
                $"AdapterOptions.{name} is {said}, and the adapter of AdapterOptions.StartFrom has {found}, which stays. Leave the option out."
            ),
            FineTuneFailure.Settings
        );
}
