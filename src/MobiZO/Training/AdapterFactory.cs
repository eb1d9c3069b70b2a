using MobiZO.Adapters;
using MobiZO.Data;
using MobiZO.Models;
using MobiZO.Programs.Adapters;
using MobiZO.Programs.Assembling;

namespace MobiZO.Training;

/// <summary>Makes adapters fit a model: a fresh one for a run, the program layout of any.</summary>
internal static class AdapterFactory
{
    /// <summary>A fresh adapter on the chosen modules; it changes no logit.</summary>
    /// <exception cref="FineTuneException">The targets match nothing, or the prompts of scope activated do not end alike.</exception>
    public static LoraAdapter CreateFresh(LocalModel model, FineTuneOptions options, RunData data)
    {
        var modules = model.Assembler.LinearModules.ToDictionary(module => module.Name, StringComparer.Ordinal);
        var match = Match(model, options.Adapter);
        var chosen = match.Modules.Select(name => (name, modules[name].InputSize, modules[name].OutputSize));
        return LoraAdapter.CreateFresh(chosen, options.Adapter.EffectiveRank, (float)options.Adapter.EffectiveAlpha, options.Seed) with
        {
            TargetModules = match.TargetModules,
            LayersToTransform = match.LayersToTransform,
            BaseModel = Path.GetFullPath(options.Model),
            InvocationTokens = options.Adapter.Scope == AdapterScope.Activated ? InvocationTokens(data.Train) : [],
        };
    }

    /// <summary>The program layout of an adapter that does not exist yet.</summary>
    /// <exception cref="FineTuneException">The targets match nothing.</exception>
    public static AdapterLayout CreateLayout(LocalModel model, AdapterOptions options)
    {
        var chosen = Match(model, options).Modules.ToHashSet(StringComparer.Ordinal);
        return new AdapterLayout(options.EffectiveRank, options.EffectiveAlpha / options.EffectiveRank, [.. model.Assembler.LinearModules.Where(module => chosen.Contains(module.Name))]);
    }

    /// <summary>Where the matrices of an adapter lie in the inputs of a program.</summary>
    /// <exception cref="FineTuneException">The adapter does not fit the model.</exception>
    public static AdapterLayout LayoutOf(LocalModel model, LoraAdapter adapter) => LayoutOf(model.Assembler, adapter);

    /// <inheritdoc cref="LayoutOf(LocalModel, LoraAdapter)"/>
    public static AdapterLayout LayoutOf(ProgramAssembler architecture, LoraAdapter adapter)
    {
        var modules = architecture.LinearModules.ToDictionary(module => module.Name, StringComparer.Ordinal);
        var layout = new List<AdapterModule>();
        foreach (var module in adapter.Modules)
        {
            if (!modules.TryGetValue(module.Name, out var known) || known.InputSize != module.InputSize || known.OutputSize != module.OutputSize)
            {
                var found = known is null ? "the model has no such linear layer" : $"the model's is [{known.OutputSize}, {known.InputSize}]";
                throw new FineTuneException($"The adapter's module '{module.Name}' [{module.OutputSize}, {module.InputSize}] does not fit the model: {found}. Use the base model it was trained on.", FineTuneFailure.Input);
            }

            layout.Add(known);
        }

        return new AdapterLayout(adapter.Rank, adapter.Scale, layout);
    }

    private static TargetMatch Match(LocalModel model, AdapterOptions options)
    {
        try
        {
            return TargetSelection.Parse(options.TargetModules, LayerFilter.Parse(options.EffectiveLayers)).Select([.. model.Assembler.LinearModules.Select(module => module.Name)]);
        }
        catch (ArgumentException exception)
        {
            throw new FineTuneException($"Adapter: {exception.Message}", FineTuneFailure.Settings);
        }
    }

    private static int[] InvocationTokens(IReadOnlyList<EncodedExample> examples)
    {
        var first = examples[0].PromptIds[examples[0].InvocationStart..];
        var different = examples.FirstOrDefault(example => !example.PromptIds.AsSpan(example.InvocationStart).SequenceEqual(first));
        if (different is not null)
        {
            throw new FineTuneException(
                $"Scope 'activated' starts at the same tokens in every prompt; lines {examples[0].LineNumber} and {different.LineNumber} end differently. " +
                "End the template with fixed words (e.g. \"{text}\\nAnswer:\"), name them with --invocation-text, or use --scope all.",
                FineTuneFailure.Settings);
        }

        return first;
    }
}
