namespace MobiZO.Adapters;

/// <summary>Values for some modules: <c>rank_pattern</c> and <c>alpha_pattern</c> of peft.</summary>
/// <param name="path">The file, for messages.</param>
/// <param name="key">The key, for messages.</param>
/// <param name="items">Expressions for the end of a module's name from a dot on, with their values; the first that matches counts.</param>
/// <remarks>Source: peft, <c>get_pattern_key</c>.</remarks>
internal sealed class PeftPattern<T>(string path, string key, IReadOnlyList<(string Expression, T Value)> items)
    where T : struct
{
    private readonly (PeftExpression Expression, T Value)[] _items =
    [
        .. items.Select(item => (new PeftExpression(path, key, $@"(.*\.)?({item.Expression})"), item.Value)),
    ];

    /// <summary>How many there are.</summary>
    public int Count => _items.Length;

    /// <summary>The value for a module; null when it has none of its own.</summary>
    public T? FindFor(string module)
    {
        foreach (var (expression, value) in _items)
        {
            if (expression.IsWhole(module))
            {
                return value;
            }
        }

        return null;
    }
}
