using MobiZO.Adapters;
using MobiZO.Initialization;

namespace MobiZO.Adapted;

/// <summary><see cref="AdapterOptions"/> with everything that was left open decided.</summary>
internal sealed record DecidedAdapter
{
    /// <summary>r.</summary>
    public required int Rank { get; init; }

    /// <summary>lora_alpha.</summary>
    public required double Alpha { get; init; }

    /// <summary>Where A comes from; never <see cref="AdapterInitialization.Auto"/>.</summary>
    public required AdapterInitialization Initialization { get; init; }

    /// <summary>target_modules as they were written.</summary>
    public required string TargetModules { get; init; }

    /// <summary>The layers, as <see cref="LayerFilter.Parse"/> reads them.</summary>
    public required string Layers { get; init; }

    /// <summary>Which tokens carry the adapter.</summary>
    public required AdapterScope Scope { get; init; }

    /// <summary>The adapter that a run starts from; null: a new one.</summary>
    public string? StartFrom { get; init; }

    /// <summary>Whether that adapter may have been made on a model with other files.</summary>
    public bool IgnoreBaseMismatch { get; init; }

    /// <summary>
    /// Whether A comes from the prompts and acts in the upper half of the layers: what the default learning rate of that case was measured
    /// with.
    /// </summary>
    public bool IsDiscriminantUpperHalf => Initialization == AdapterInitialization.Discriminant && Layers == LayerFilter.UpperHalfWord;

    /// <summary>Decides what was left open.</summary>
    /// <param name="options">What the user said.</param>
    /// <param name="labels">Number of label words; 0 for free answers, or when no rows are known.</param>
    public static DecidedAdapter Of(AdapterOptions options, int labels)
    {
        var canReadPrompts = labels > 1 && options.ScopeOrDefault == AdapterScope.Activated && options.StartFrom is null;
        var initialization =
            options.Initialization != AdapterInitialization.Auto ? options.Initialization
            : canReadPrompts ? AdapterInitialization.Discriminant
            : AdapterInitialization.Kaiming;
        var isDiscriminant = initialization == AdapterInitialization.Discriminant;
        var rank =
            options.Rank ?? (isDiscriminant && labels > 0 ? Math.Min(labels, AdapterOptions.MostLabelRank) : AdapterOptions.RandomRank);
        return new DecidedAdapter
        {
            Rank = rank,
            Alpha = options.Alpha ?? 2 * rank,
            Initialization = initialization,
            TargetModules = options.TargetModules,
            Layers =
                options.Layers
                ?? (
                    isDiscriminant && !TargetSelection.IsExpression(options.TargetModules) ? LayerFilter.UpperHalfWord : LayerFilter.AllWord
                ),
            Scope = options.ScopeOrDefault,
            StartFrom = options.StartFrom,
            IgnoreBaseMismatch = options.IgnoreBaseMismatch,
        };
    }

    /// <summary>As options, for the files of a run.</summary>
    public AdapterOptions ToOptions() =>
        new()
        {
            Rank = Rank,
            Alpha = Alpha,
            Initialization = Initialization,
            TargetModules = TargetModules,
            Layers = Layers,
            Scope = Scope,
            StartFrom = StartFrom,
            IgnoreBaseMismatch = IgnoreBaseMismatch,
        };
}
