using System.Collections.Frozen;

namespace MobiZO.Programs.Engines;

/// <summary>
/// The extents that the symbols of a program (N, S, P, ...) will have when it runs. An engine with static shapes compiles for them when it
/// loads a program; others need not look.
/// </summary>
public sealed class Extents
{
    private readonly FrozenDictionary<string, Extent> _seen;

    /// <summary>Names what will be seen; a symbol that is not named may have any extent.</summary>
    /// <param name="seen">The extents of each symbol.</param>
    /// <exception cref="ArgumentException">A symbol is named twice.</exception>
    public Extents(params IReadOnlyList<(string Symbol, Extent Extent)> seen)
    {
        ArgumentNullException.ThrowIfNull(seen);
        if (seen.CountBy(pair => pair.Symbol, StringComparer.Ordinal).FirstOrDefault(pair => pair.Value > 1).Key is { } twice)
        {
            throw new ArgumentException($"The symbol {twice} is named twice.", nameof(seen));
        }

        _seen = seen.ToFrozenDictionary(pair => pair.Symbol, pair => pair.Extent, StringComparer.Ordinal);
    }

    /// <summary>Nothing is known ahead.</summary>
    public static Extents Any { get; } = new();

    /// <summary>The extents of a symbol; null: any.</summary>
    public Extent? Of(string symbol) => _seen.GetValueOrDefault(symbol);

    /// <summary>Checks the extents of a run against what was said.</summary>
    /// <param name="program">The program, for the message.</param>
    /// <param name="symbols">The extents of the run.</param>
    /// <exception cref="ProgramException">An extent was not announced.</exception>
    public void Require(string program, IReadOnlyDictionary<string, long> symbols)
    {
        ArgumentNullException.ThrowIfNull(symbols);
        foreach (var (symbol, seen) in _seen)
        {
            if (symbols.TryGetValue(symbol, out var value) && !seen.Covers(value))
            {
                throw new ProgramException(
                    FormattableString.Invariant(
                        $"Program '{program}' was loaded for {symbol} = {seen}; this run has {value}. Load it for what it will see."
                    )
                );
            }
        }
    }
}
