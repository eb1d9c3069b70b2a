namespace MobiZO.Optimization;

/// <summary>
/// The flat trained state: the matrices B [out, r] of all adapted modules, row-major, one after another in a fixed order.
/// </summary>
public sealed class StateLayout
{
    private StateLayout(IReadOnlyList<StateSegment> segments, int total)
    {
        Segments = segments;
        Total = total;
    }

    /// <summary>The matrices in order.</summary>
    public IReadOnlyList<StateSegment> Segments { get; }

    /// <summary>Number of trained values.</summary>
    public int Total { get; }

    /// <summary>Lays the modules out in the order given.</summary>
    /// <exception cref="ArgumentException">No module, a name twice, a size below 1, or more than 2^31 - 1 values.</exception>
    public static StateLayout Create(IEnumerable<(string Name, int InputSize, int OutputSize, int Rank)> modules)
    {
        ArgumentNullException.ThrowIfNull(modules);
        var segments = new List<StateSegment>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var offset = 0L;
        foreach (var (name, inputSize, outputSize, rank) in modules)
        {
            if (inputSize < 1 || outputSize < 1 || rank < 1)
            {
                throw new ArgumentException($"module '{name}': sizes must be at least 1, found in {inputSize}, out {outputSize}, r {rank}");
            }

            if (!names.Add(name))
            {
                throw new ArgumentException($"module '{name}' appears twice");
            }

            var end = offset + ((long)outputSize * rank);
            if (end > Array.MaxLength)
            {
                throw new ArgumentException(
                    $"module '{name}': the trained state grows beyond {Array.MaxLength} values; choose fewer targets or a smaller rank"
                );
            }

            segments.Add(new StateSegment(name, inputSize, outputSize, rank, (int)offset));
            offset = end;
        }

        if (segments.Count == 0)
        {
            throw new ArgumentException("an adapter needs at least one module");
        }

        return new StateLayout(segments, (int)offset);
    }
}
