namespace MobiZO.Adapters;

/// <summary>The modules a selection chose.</summary>
internal sealed record TargetMatch
{
    /// <summary>Names of the chosen modules, in the order of the model.</summary>
    public required IReadOnlyList<string> Modules { get; init; }

    /// <summary>
    /// What an adapter folder names as target modules: name endings that, with the layers below, mean exactly these modules; or their whole
    /// names.
    /// </summary>
    public required IReadOnlyList<string> TargetModules { get; init; }

    /// <summary>The layers those endings are limited to; null: all.</summary>
    public required IReadOnlyList<int>? LayersToTransform { get; init; }
}
