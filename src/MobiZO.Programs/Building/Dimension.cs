using System.Globalization;

namespace MobiZO.Programs.Building;

/// <summary>An extent known when the program is built (a factor) times extents known when it runs (symbols, e.g. N and S).</summary>
public readonly record struct Dimension
{
    private const char ShareSign = '/';

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

    /// <summary>The share of each of some equal parts, rounded down; a product of symbols cannot be shared out.</summary>
    /// <exception cref="ProgramException">One of the extents is a product.</exception>
    public static Dimension operator /(Dimension left, Dimension right)
    {
        if (left == right || right == 1)
        {
            return left == right ? 1 : left;
        }

        if (left.IsConstant && right.IsConstant)
        {
            return new Dimension(left.Factor / right.Factor, null);
        }

        return IsSymbol(left) && IsSymbol(right)
            ? new Dimension(1, $"{left._symbols}{ShareSign}{right._symbols}")
            : throw new ProgramException($"An extent {left} has no share of each of {right}.");
    }

    /// <summary>The extents whose quotient a symbol stands for; null: it stands for itself.</summary>
    public static (string Whole, string Parts)? FindShare(string symbol) =>
        symbol.Split(ShareSign) is [var whole, var parts] ? (whole, parts) : null;

    /// <summary>The value of the extent once its symbols are bound.</summary>
    public long Bind(IReadOnlyDictionary<string, long> symbols)
    {
        var value = Factor;
        foreach (var symbol in Symbols)
        {
            value *= FindShare(symbol) is var (whole, parts) ? symbols[whole] / symbols[parts] : symbols[symbol];
        }

        return value;
    }

    private static bool IsSymbol(Dimension extent) =>
        extent is { Factor: 1, _symbols: { } symbols } && !symbols.Contains('*', StringComparison.Ordinal) && FindShare(symbols) is null;

    /// <inheritdoc/>
    public override string ToString() =>
        _symbols is null ? Factor.ToString(CultureInfo.InvariantCulture)
        : Factor == 1 ? _symbols
        : string.Create(CultureInfo.InvariantCulture, $"{Factor}*{_symbols}");
}
