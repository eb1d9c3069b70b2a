using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Feeding;

namespace MobiZO.PrefixCache;

/// <summary>
/// The joined entries of one batch as inputs of a program, in memory that the next batch uses again. The stores of a run share one.
/// </summary>
internal sealed class PrefixBatch
{
    // Entries of files are mapped while they are read, and a process may have 65,530 mappings on an ordinary Linux.
    private const int EntriesAtOnce = 256;

    private readonly PrefixBuffers _buffers = new();
    private readonly Dictionary<string, HostTensor> _inputs = new(StringComparer.Ordinal);
    private (PrefixStore Store, int[] Entries, int RowTokens)? _held;

    /// <summary>Whether exactly these entries lie in the batch already: the micro-batches of a step have the same prompts.</summary>
    public bool Holds(PrefixStore store, int[] entries, int rowTokens) =>
        _held is { } held
        && ReferenceEquals(held.Store, store)
        && held.RowTokens == rowTokens
        && held.Entries.AsSpan().SequenceEqual(entries);

    /// <summary>Joins entries, each padded with zeros: keys and values to the longest, hidden states to the tokens of a row.</summary>
    /// <param name="store">Whose entries they are.</param>
    /// <param name="entries">Which ones.</param>
    /// <param name="rowTokens">S of the batch.</param>
    /// <param name="shape">What an entry is.</param>
    /// <param name="type">Type of the stored numbers.</param>
    /// <param name="stored">For each of them its tokens, how many of them come before its row - so many keys and values are taken, and the
    /// hidden states behind them -, and its numbers; null when it is empty.</param>
    /// <param name="lengths">What the longest is padded to.</param>
    public void Join(
        PrefixStore store,
        int[] entries,
        int rowTokens,
        PrefixShape shape,
        PrefixCacheType type,
        (int Tokens, int Start, PrefixEntry? Entry)[] stored,
        LengthGrid lengths
    )
    {
        _held = null;
        _inputs.Clear();
        var cachedTokens = lengths.Fit(Math.Max(1, stored.Max(entry => entry.Start)));
        int TokensOf(PrefixPlane plane) => plane.IsHidden ? rowTokens : cachedTokens;
        var memory = _buffers.Take([.. shape.Planes.Select(plane => checked(entries.Length * plane.ValuesPerToken * TokensOf(plane)))]);
        var size = PrefixNumbers.SizeOf(type);

        for (var first = 0; first < stored.Length; first += EntriesAtOnce)
        {
            Copy(first, Math.Min(EntriesAtOnce, stored.Length - first));
        }

        foreach (var (plane, values) in shape.Planes.Zip(memory))
        {
            var tokens = TokensOf(plane);
            _inputs[plane.Input] = HostTensor.Of(values, plane.InputShape(entries.Length, tokens));
        }

        if (shape.Form == PrefixKind.KeyValues)
        {
            _inputs[ProgramNames.PastLengths] = HostTensor.Of([.. stored.Select(entry => (long)entry.Start)], stored.Length);
        }

        _held = (store, entries, rowTokens);

        void Copy(int firstRow, int rows)
        {
            var opened = Array.ConvertAll(stored[firstRow..(firstRow + rows)], entry => entry.Entry?.Open());
            try
            {
                // A few hundred independent pieces of some kilobytes; the cost is that of reading and writing memory once.
                Parallel.For(
                    0,
                    shape.Planes.Count * rows,
                    piece =>
                    {
                        var (index, row) = (piece % shape.Planes.Count, firstRow + (piece / shape.Planes.Count));
                        var plane = shape.Planes[index];
                        ReadOnlySpan<byte> bytes = opened[row - firstRow] is { } numbers ? numbers.Memory.Span : [];
                        var (tokens, start, _) = stored[row];
                        var first = plane.IsHidden ? start * plane.Width : 0;
                        var count = (plane.IsHidden ? Math.Min(rowTokens, tokens - start) : start) * plane.Width;
                        var stride = TokensOf(plane) * plane.Width;
                        for (var head = 0; head < plane.Heads; head++)
                        {
                            var target = memory[index].Span.Slice(((row * plane.Heads) + head) * stride, stride);
                            PrefixNumbers.Decode(
                                bytes.Slice((shape.StartOf(index, head, tokens) + first) * size, count * size),
                                target[..count],
                                type
                            );
                            target[count..].Clear();
                        }
                    }
                );
            }
            finally
            {
                foreach (var numbers in opened)
                {
                    numbers?.Dispose();
                }
            }
        }
    }

    /// <summary>Adds the joined entries to the inputs of a program.</summary>
    public void AddTo(IDictionary<string, HostTensor> inputs)
    {
        foreach (var (name, tensor) in _inputs)
        {
            inputs[name] = tensor;
        }
    }
}
