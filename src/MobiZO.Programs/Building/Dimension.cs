using System.Globalization;

namespace MobiZO.Programs.Building;

/// <summary>An extent known when the program is built (a factor) times extents known when it runs (symbols, e.g. N and S).</summary>
public readonly record struct Dimension
{
    private readonly string? _symbols;

    private Dimension(long factor, string? symbols)
    {
        Factor = factor;
        _symbols = string.IsNullOrEmpty(symbols) ? null : symbols;
    }

    /// <summary>The constant factor.</summary>
    public long Factor { get; }

    /// <summary>Sorted symbols of the product; empty when the extent is constant.</summary>
    public IReadOnlyList<string> Symbols => _symbols is null ? [] : _symbols.Split('*');

    /// <summary>Whether the extent is known when the program is built.</summary>
    public bool IsConstant => _symbols is null;

    /// <summary>A constant extent.</summary>
    public static implicit operator Dimension(int value) => new(value, null);

    /// <summary>A symbolic extent.</summary>
    public static implicit operator Dimension(string symbol) => new(1, symbol);

    /// <summary>The product of two extents.</summary>
    public static Dimension operator *(Dimension left, Dimension right)
    {
        string[] symbols = [.. left.Symbols, .. right.Symbols];
        Array.Sort(symbols, StringComparer.Ordinal);
        return new Dimension(left.Factor * right.Factor, string.Join('*', symbols));
    }

    /// <summary>The value of the extent once its symbols are bound.</summary>
    public long Bind(IReadOnlyDictionary<string, long> symbols)
    {
        var value = Factor;
        foreach (var symbol in Symbols)
        {
            value *= symbols[symbol];
        }

        return value;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        _symbols is null ? Factor.ToString(CultureInfo.InvariantCulture)
        : Factor == 1 ? _symbols
        : string.Create(CultureInfo.InvariantCulture, $"{Factor}*{_symbols}");
}
