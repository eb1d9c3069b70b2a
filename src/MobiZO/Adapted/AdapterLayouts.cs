using MobiZO.Adapters;
using MobiZO.Models;
using MobiZO.Programs.Adapters;
using MobiZO.Programs.Assembling;

namespace MobiZO.Adapted;

/// <summary>Where the matrices of an adapter lie in the inputs of the programs of a model.</summary>
internal static class AdapterLayouts
{
    /// <summary>The layout of an adapter.</summary>
    /// <exception cref="FineTuneException">The adapter does not fit the model.</exception>
    public static AdapterLayout Of(ProgramAssembler assembler, LoraAdapter adapter)
    {
        var modules = assembler.LinearModules.ToDictionary(module => module.Name, StringComparer.Ordinal);
        var layout = new List<AdapterModule>();
        foreach (var module in adapter.Modules)
        {
            if (
                !modules.TryGetValue(module.Name, out var known)
                || known.InputSize != module.InputSize
                || known.OutputSize != module.OutputSize
            )
            {
                var found = known is null
                    ? "the model has no such linear layer"
                    : $"the model's is [{known.OutputSize}, {known.InputSize}]";
                throw new FineTuneException(
                    $"The adapter's module '{module.Name}' [{module.OutputSize}, {module.InputSize}] does not fit the model: {found}. "
                        + $"Use the base model it was trained on.",
                    FineTuneFailure.Input
                );
            }

            layout.Add(known);
        }

        return new AdapterLayout(adapter.Rank, adapter.Scale, layout);
    }

    /// <summary>The layout of an adapter that does not exist yet.</summary>
    /// <exception cref="FineTuneException">The targets match nothing.</exception>
    public static AdapterLayout Of(LocalModel model, DecidedAdapter adapter)
    {
        var chosen = TargetsOf(model, adapter).Modules.ToHashSet(StringComparer.Ordinal);
        return new AdapterLayout(
            adapter.Rank,
            adapter.Alpha / adapter.Rank,
            [.. model.Assembler.LinearModules.Where(module => chosen.Contains(module.Name))]
        );
    }

    /// <summary>The modules of a model that options choose.</summary>
    /// <exception cref="FineTuneException">They match nothing.</exception>
    public static TargetMatch TargetsOf(LocalModel model, DecidedAdapter adapter)
    {
        try
        {
            return TargetSelection
                .Parse(adapter.TargetModules, LayerFilter.Parse(adapter.Layers), model.Assembler.Model.DefaultTargets)
                .Select([.. model.Assembler.LinearModules.Select(module => module.Name)]);
        }
        catch (ArgumentException exception)
        {
            throw new FineTuneException($"Adapter: {exception.Message}", FineTuneFailure.Settings);
        }
    }
}
