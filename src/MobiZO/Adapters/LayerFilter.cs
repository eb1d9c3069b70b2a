using System.Globalization;

namespace MobiZO.Adapters;

/// <summary>Which layers carry the adapter: all, the upper half, the last K, or listed ones.</summary>
internal sealed class LayerFilter
{
    /// <summary>The word for all layers.</summary>
    public const string AllWord = "all";

    /// <summary>The word for the upper half of the layers.</summary>
    public const string UpperHalfWord = "upper-half";

    private LayerFilter(int? top, IReadOnlyList<int>? layers) => (TopCount, Layers) = (top, layers);

    /// <summary>Every layer, and modules outside the layers.</summary>
    public static LayerFilter All { get; } = new(null, null);

    /// <summary>The layers from the middle on; of an odd number the middle one too.</summary>
    public static LayerFilter UpperHalf { get; } = new(null, null) { IsUpperHalf = true };

    /// <summary>Whether the layers from the middle on are chosen.</summary>
    public bool IsUpperHalf { get; private init; }

    /// <summary>K, where the last K layers are chosen.</summary>
    public int? TopCount { get; }

    /// <summary>The listed layers, ascending, where they are listed.</summary>
    public IReadOnlyList<int>? Layers { get; }

    /// <summary>The last <paramref name="count"/> layers.</summary>
    public static LayerFilter Top(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        return new LayerFilter(count, null);
    }

    /// <summary>These layers, counted from 0.</summary>
    public static LayerFilter Of(IEnumerable<int> layers) => new(null, [.. layers.Distinct().Order()]);

    /// <summary>
    /// Reads <c>all</c>, <c>upper-half</c>, <c>top-4</c> (the last four), or a list of numbers and ranges such as <c>0-3,7</c>.
    /// </summary>
    /// <exception cref="ArgumentException">The text is none of these.</exception>
    public static LayerFilter Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        const int MostLayers = 10_000;
        var trimmed = text.Trim();
        if (trimmed == AllWord)
        {
            return All;
        }

        if (trimmed == UpperHalfWord)
        {
            return UpperHalf;
        }

        bool Number(string part, out int value) => ModuleNames.TryParseIndex(part.Trim(), out value) && value < MostLayers;
        if (trimmed.StartsWith("top-", StringComparison.Ordinal))
        {
            return Number(trimmed[4..], out var count) && count > 0 ? Top(count) : throw Wrong(text);
        }

        var layers = new List<int>();
        foreach (var part in trimmed.Split(','))
        {
            var ends = part.Split('-');
            if (ends.Length > 2 || !Number(ends[0], out var first) || !Number(ends[^1], out var last) || last < first)
            {
                throw Wrong(text);
            }

            layers.AddRange(Enumerable.Range(first, last - first + 1));
        }

        return Of(layers);
    }

    /// <summary>The layers meant in a model of <paramref name="layerCount"/> layers; null: no limit.</summary>
    /// <exception cref="ArgumentException">The model has no such layer.</exception>
    internal IReadOnlyList<int>? Resolve(int layerCount)
    {
        if ((IsUpperHalf ? layerCount - (layerCount / 2) : TopCount) is { } count)
        {
            return count >= layerCount ? null : [.. Enumerable.Range(layerCount - count, count)];
        }

        if (Layers is null)
        {
            return null;
        }

        var absent = Layers.Where(layer => layer < 0 || layer >= layerCount).ToArray();
        return absent.Length == 0
            ? Layers
            : throw new ArgumentException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"layers {string.Join(", ", absent)}: the model has layers 0 to {layerCount - 1}"
                )
            );
    }

    private static ArgumentException Wrong(string text) =>
        new($"layers '{text}': expected all, upper-half, top-K (the last K layers), or a list such as 0-3,7");
}
