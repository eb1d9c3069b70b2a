using MobiZO.Checkpoints;

namespace MobiZO.Adapters;

/// <summary>Which modules an <c>adapter_config.json</c> gives the adapter to.</summary>
/// <param name="path">The file, for messages.</param>
/// <remarks>Source: peft, <c>check_target_module_exists</c>.</remarks>
internal sealed class PeftTargets(string path)
{
    private const string AllLinear = "all-linear";

    private readonly Dictionary<string, PeftExpression> _expressions = new(StringComparer.Ordinal);

    /// <summary>target_modules: names or endings, an expression for whole names, or the word for all; null: not said.</summary>
    public PeftTexts? Modules { get; init; }

    /// <summary>exclude_modules, in the same forms.</summary>
    public PeftTexts? Excluded { get; init; }

    /// <summary>layers_to_transform; null: all.</summary>
    public IReadOnlyList<int>? LayersToTransform { get; init; }

    /// <summary>layers_pattern: what the module that holds the layers is called; null: anything.</summary>
    public PeftTexts? LayersPattern { get; init; }

    /// <summary>
    /// The endings that mean these modules and no others; empty when something else than endings and layers decides.
    /// </summary>
    public IReadOnlyList<string> Endings => IsPlain ? Modules?.Names ?? [] : [];

    /// <summary>The layers that belong to <see cref="Endings"/>; null: all.</summary>
    public IReadOnlyList<int>? Layers => IsPlain ? LayersToTransform : null;

    private bool IsPlain => IsNothing(Excluded) && IsNothing(LayersPattern);

    /// <summary>Whether a module carries the adapter.</summary>
    /// <exception cref="CheckpointException">An expression is none, or takes too long.</exception>
    public bool Contains(string module)
    {
        if (!IsNothing(Excluded) && Matches(Excluded!, "exclude_modules", module))
        {
            return false;
        }

        if (IsNothing(Modules) || Modules!.Text == AllLinear || Modules.Names.Contains(module, StringComparer.Ordinal))
        {
            return true;
        }

        return Matches(Modules, "target_modules", module) && (Modules.Text is not null || IsInLayers(module));
    }

    private bool IsInLayers(string module)
    {
        if (LayersToTransform is not { Count: > 0 } layers)
        {
            return true;
        }

        string[] patterns = LayersPattern switch
        {
            { Text: { Length: > 0 } text } => [text],
            { Names: { Count: > 0 } names } => [.. names],
            _ => [@"[^.]*"],
        };
        var layer = patterns
            .Select(pattern => Expression("layers_pattern", $@".*\.{pattern}\.(\d+)\..*").Match(module))
            .FirstOrDefault(found => found is not null);
        return layer is not null && ModuleNames.TryParseIndex(layer, out var index) && layers.Contains(index);
    }

    private bool Matches(PeftTexts texts, string key, string module) =>
        texts.Text is { } text ? Expression(key, text).IsWhole(module) : texts.Names.Any(name => ModuleNames.EndsWith(module, name));

    private PeftExpression Expression(string key, string text)
    {
        if (!_expressions.TryGetValue(text, out var expression))
        {
            expression = new PeftExpression(path, key, text);
            _expressions.Add(text, expression);
        }

        return expression;
    }

    private static bool IsNothing(PeftTexts? texts) => texts is null or { Text: null or "", Names.Count: 0 };
}
