using System.Collections.Frozen;

namespace MobiZO.Programs.Engines;

/// <summary>
/// The extents that the symbols of a program (N, S, P, ...) will have when it runs. An engine with static shapes compiles for them when it loads a program; others need
/// not look.
/// </summary>
public sealed class Extents
{
    private readonly FrozenDictionary<string, long[]> _seen;

    /// <summary>Names what will be seen; a symbol that is not named may have any extent.</summary>
    /// <param name="seen">For each symbol its extents, at least one.</param>
    /// <exception cref="ArgumentException">A symbol has no extent.</exception>
    public Extents(IEnumerable<(string Symbol, IReadOnlyList<long> Values)> seen)
    {
        _seen = seen.ToFrozenDictionary(pair => pair.Symbol, pair => pair.Values.Distinct().Order().ToArray(), StringComparer.Ordinal);
        if (_seen.FirstOrDefault(pair => pair.Value.Length == 0).Key is { } empty)
        {
            throw new ArgumentException($"The symbol {empty} needs at least one extent.", nameof(seen));
        }
    }

    /// <summary>Nothing is known ahead.</summary>
    public static Extents Any { get; } = new([]);

    /// <summary>The extents of a symbol, smallest first; null: any.</summary>
    public IReadOnlyList<long>? Of(string symbol) => _seen.GetValueOrDefault(symbol);

    /// <summary>Checks the extents of a run against what was said.</summary>
    /// <param name="program">The program, for the message.</param>
    /// <param name="symbols">The extents of the run.</param>
    /// <exception cref="ProgramException">An extent was not announced.</exception>
    public void Require(string program, IReadOnlyDictionary<string, long> symbols)
    {
        foreach (var (symbol, seen) in _seen)
        {
            if (symbols.TryGetValue(symbol, out var value) && !seen.Contains(value))
            {
                throw new ProgramException($"Program '{program}' was loaded for {symbol} = {string.Join(", ", seen)}; this run has {value}.");
            }
        }
    }
}
