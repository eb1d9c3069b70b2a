namespace MobiZO.Checkpoints.Configuration;

/// <summary>What a config says of each layer, where layers differ.</summary>
/// <remarks>Source: transformers, <c>layer_types</c> of its configurations; llama.cpp's reader of sliding windows.</remarks>
internal static class LayerPatterns
{
    /// <summary>A layer whose queries see a window.</summary>
    public const string Local = "sliding_attention";

    /// <summary>A layer whose queries see all before them.</summary>
    public const string Whole = "full_attention";

    private static readonly ConfigKey s_types = new("layer_types", null);
    private static readonly ConfigKey s_window = new("sliding_window", "attention.sliding_window");

    /// <summary>Tokens that a query of a local layer sees, its own included; null where the file says that there is no window.</summary>
    /// <param name="source">The config.</param>
    /// <param name="whenAbsent">What an absent key means.</param>
    public static int? Window(ConfigSource source, int? whenAbsent)
    {
        // Files of llama.cpp say 0 for none.
        int? tokens = source.OptionalInt32(s_window, source.WhenAbsent(json: 1, gguf: 0));
        return tokens is null && !source.IsWritten(s_window) ? whenAbsent
            : tokens > 0 ? tokens
            : null;
    }

    /// <summary>The window of every layer; null for layers that see all.</summary>
    /// <param name="source">The config.</param>
    /// <param name="layers">Number of layers.</param>
    /// <param name="window">Tokens of the local ones; null: the file says none.</param>
    /// <param name="period">Every how manieth layer sees all where <c>layer_types</c> is absent.</param>
    public static int?[] Windows(ConfigSource source, int layers, int? window, int period)
    {
        // Without a window no layer of a GGUF file is local; a config.json with local layers must have one.
        int? local = window ?? source.WhenAbsent<int?>(json: 0, gguf: null);
        int?[] windows = source.OptionalTexts(s_types) is { } types
            ? [.. Each(source, types, layers).Select(type => type == Local ? local : null)]
            : [.. Enumerable.Range(1, layers).Select(layer => layer % period == 0 ? null : local)];
        return windows.Contains(0) ? throw source.Bad(s_window, "a whole number from 1 up (some layers see a window)") : windows;
    }

    /// <summary>Refuses layers of another kind than the family makes of them.</summary>
    /// <param name="source">The config.</param>
    /// <param name="layers">Number of layers.</param>
    /// <param name="type">What every layer is.</param>
    public static void Require(ConfigSource source, int layers, string type)
    {
        if (source.OptionalTexts(s_types) is { } types && Each(source, types, layers).Any(found => found != type))
        {
            throw source.Bad(s_types, $"{type} for every layer");
        }
    }

    private static IReadOnlyList<string> Each(ConfigSource source, IReadOnlyList<string> types, int layers) =>
        types.Count == layers && types.All(type => type is Local or Whole)
            ? types
            : throw source.Bad(s_types, $"{Local} or {Whole} for each of {layers} layers");
}
