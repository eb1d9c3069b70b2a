using System.Diagnostics;
using MobiZO.Data;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;

namespace MobiZO.PrefixCache;

/// <summary>
/// Computes what is stored of token sequences, in batches of similar length. The stored bytes of a sequence depend on its tokens, the
/// length of the common beginning and the engine alone, not on what else is in a batch: so a run goes on to the same bits whether an entry
/// was found or computed again with other ones.
/// </summary>
internal sealed class PrefixComputer(PrefixPrograms programs, PrefixSequences sequences, PrefixCacheOptions options)
{
    /// <summary>Tokens of one run of several: enough to fill the matrix products of a core, few enough to stay small in memory.</summary>
    public const int MostTokensSideBySide = 384;

    // The same for a run that has all cores.
    private const int MostTokensOneByOne = 512;

    // Short sequences behind a long common beginning: few tokens to compute, but each is stored whole.
    private const long MostBytesPerRun = 64L << 20;

    private readonly PrefixShape _shape = programs.Shape;
    private readonly Dictionary<string, (int[] Shape, float[] Values)> _shared = new(StringComparer.Ordinal);
    private readonly Stack<byte[]> _buffers = [];

    /// <summary>Tokens that have to be computed for some sequences.</summary>
    public long TokensOf(IEnumerable<int> indices) => indices.Sum(index => (long)sequences.All[index].Length - sequences.SharedLength);

    /// <summary>
    /// Computes sequences, batch by batch from the shortest to the longest, as many batches at a time as the engine runs side by side. What
    /// is computed ahead when the caller stops is waited for and lost.
    /// </summary>
    public IEnumerable<ComputedPrefixes> Compute(IEnumerable<int> indices) =>
        indices
            .GroupBy(StyleOf)
            .OrderByDescending(group => group.Key == RunStyle.SideBySide)
            .SelectMany(group => Compute([.. group], group.Key));

    /// <summary>
    /// A sequence longer than a run of several should be has all cores to itself: attention over it takes memory with the square of its
    /// length.
    /// </summary>
    private RunStyle StyleOf(int index) =>
        sequences.All[index].Length - sequences.SharedLength <= MostTokensSideBySide ? programs.Style : RunStyle.OneByOne;

    private IEnumerable<ComputedPrefixes> Compute(int[] indices, RunStyle style)
    {
        var session = Prepare(style);
        var batches = new Queue<int[]>(Batches(indices, session.Width));
        var width = Math.Min(session.Width, batches.Count);
        var running = new Queue<Task<ComputedPrefixes>>();
        void Start()
        {
            if (batches.TryDequeue(out var batch))
            {
                var (buffer, isTogether) = (TakeBuffer(batch), batch.Length > 1 && programs.AreRowsIndependent != false);
                running.Enqueue(Task.Run(() => ComputeBatch(session, batch, buffer, isTogether)));
            }
        }

        try
        {
            for (var i = 0; i < width; i++)
            {
                Start();
            }

            while (running.TryDequeue(out var first))
            {
                var computed = first.GetAwaiter().GetResult();
                if (computed.IsTogether && !(programs.AreRowsIndependent ??= IsAlikeAlone(session, computed)))
                {
                    computed = ComputeBatch(session, computed.Indices, computed.Buffer, isTogether: false);
                }

                // While the caller stores this one.
                Start();
                programs.CountTime(computed.Milliseconds / width, TokensOf(computed.Indices));
                yield return computed;
                _buffers.Push(computed.Buffer);
            }
        }
        finally
        {
            // They use the session and the sequences, which their owner may let go next.
            Task.WhenAll(running).ContinueWith(_ => { }, TaskScheduler.Default).Wait();
            while (_buffers.Count > 1)
            {
                _buffers.Pop();
            }
        }
    }

    /// <summary>Sequences of similar length together, small enough to keep all cores busy with few of them.</summary>
    private IEnumerable<int[]> Batches(int[] indices, int width)
    {
        var most = (int)
            Math.Min(
                width == 1 ? MostTokensOneByOne : Math.Min(MostTokensSideBySide, (TokensOf(indices) + width - 1) / width),
                options.MaxTokensPerRun
            );
        return LengthBatches.Of(
            indices,
            index => sequences.All[index].Length,
            (count, longest) =>
                (long)count * programs.Lengths.Fit(sequences.All[longest].Length - sequences.SharedLength) <= most
                && (long)count * LengthOf(longest) <= MostBytesPerRun
        );
    }

    private byte[] TakeBuffer(int[] batch)
    {
        var size = batch.Sum(index => (long)LengthOf(index));
        return _buffers.TryPop(out var buffer) && buffer.Length >= size ? buffer : GC.AllocateUninitializedArray<byte>(checked((int)size));
    }

    private ComputedPrefixes ComputeBatch(IProgramSession session, int[] batch, byte[] buffer, bool isTogether)
    {
        var watch = Stopwatch.StartNew();
        var start = 0;
        foreach (var part in isTogether ? [batch] : batch.Chunk(1))
        {
            var size = part.Sum(LengthOf);
            Run(session, part, buffer.AsMemory(start, size));
            start += size;
        }

        start = 0;
        var entries = new ReadOnlyMemory<byte>[batch.Length];
        for (var i = 0; i < batch.Length; i++)
        {
            entries[i] = buffer.AsMemory(start, LengthOf(batch[i]));
            start += entries[i].Length;
        }

        return new ComputedPrefixes(batch, entries, buffer, isTogether, watch.Elapsed.TotalMilliseconds);
    }

    private int LengthOf(int index) => checked((int)(sequences.All[index].Length * _shape.BytesPerToken(options.Type)));

    /// <summary>
    /// Whether the shortest sequence of a batch, the one with most padding, and the last one are the same computed alone. Matrix kernels
    /// that sum in an order that depends on the size of the batch would make stored numbers depend on their company; with such an engine
    /// every sequence is computed alone.
    /// </summary>
    private bool IsAlikeAlone(IProgramSession session, ComputedPrefixes computed)
    {
        bool IsAlike(int place)
        {
            var alone = new byte[computed.Stored[place].Length];
            Run(session, [computed.Indices[place]], alone);
            return computed.Stored[place].Span.SequenceEqual(alone);
        }

        return IsAlike(0) && IsAlike(computed.Indices.Length - 1);
    }

    private IProgramSession Prepare(RunStyle style)
    {
        if (sequences.SharedLength == 0)
        {
            return programs.Whole(style);
        }

        if (_shared.Count == 0)
        {
            var first = sequences.All.First(ids => ids.Length > 0);
            programs.Shared.Run(
                Inputs([first[..sequences.SharedLength]], 0, LengthGrid.Exact),
                (name, shape, values) => _shared.Add(name, ([.. shape], values.ToArray()))
            );
        }

        return programs.After(style);
    }

    private void Run(IProgramSession session, int[] batch, Memory<byte> stored)
    {
        var shared = sequences.SharedLength;
        var inputs = Inputs([.. batch.Select(index => sequences.All[index][shared..])], shared, programs.Lengths);
        for (var layer = 0; shared > 0 && layer < programs.LayerCount; layer++)
        {
            // Hidden states need no more layers than those below them.
            if (
                _shared.TryGetValue(ProgramNames.PresentKey(layer), out var keys)
                && _shared.TryGetValue(ProgramNames.PresentValue(layer), out var values)
            )
            {
                inputs[ProgramNames.PastKey(layer)] = HostTensor.Of(keys.Values, keys.Shape);
                inputs[ProgramNames.PastValue(layer)] = HostTensor.Of(values.Values, values.Shape);
            }
        }

        if (shared > 0)
        {
            inputs[ProgramNames.PastLengths] = HostTensor.Of([(long)shared], 1);
        }

        session.Run(inputs, (name, shape, values) => Store(batch, name, shape[^2], values, stored.Span));
    }

    /// <summary>Stores one plane [N, heads, S, width] (hidden states: [N, S, width]) of all sequences of a batch.</summary>
    private void Store(int[] batch, string name, int padded, ReadOnlySpan<float> values, Span<byte> stored)
    {
        var index = _shape.PlaneOf(name);
        var plane = _shape.Planes[index];
        var (width, size) = (plane.Width, PrefixNumbers.SizeOf(options.Type));
        var shared = sequences.SharedLength;
        var start = 0;
        for (var row = 0; row < batch.Length; row++)
        {
            // What no step reads stays zero: the first token of a prompt can have hidden states that fp16 cannot hold.
            var tokens = sequences.All[batch[row]].Length;
            var (first, end) = plane.IsHidden ? (sequences.StartOf(batch[row]), tokens) : (0, sequences.StartOf(batch[row]));
            for (var head = 0; head < plane.Heads; head++)
            {
                var target = stored.Slice(start + (_shape.StartOf(index, head, tokens) * size), tokens * width * size);
                target.Clear();
                if (Math.Min(shared, end) is var common && common > first)
                {
                    PrefixNumbers.Encode(
                        _shared[name].Values.AsSpan(((head * shared) + first) * width, (common - first) * width),
                        target[(first * width * size)..],
                        options.Type
                    );
                }

                if (Math.Max(shared, first) is var from && end > from)
                {
                    var own = values.Slice(((((row * plane.Heads) + head) * padded) + from - shared) * width, (end - from) * width);
                    PrefixNumbers.Encode(own, target[(from * width * size)..], options.Type);
                }
            }

            start += LengthOf(batch[row]);
        }
    }

    private static Dictionary<string, HostTensor> Inputs(int[][] rows, int firstPosition, LengthGrid lengths)
    {
        // Rows that are padding are computed and not read.
        var (count, longest) = (lengths.Fit(rows.Length), lengths.Fit(rows.Max(row => row.Length)));
        var (ids, positions) = (new long[count * longest], new long[count * longest]);
        for (var i = 0; i < ids.Length; i++)
        {
            var (row, token) = (i / longest, i % longest);
            ids[i] = row < rows.Length && token < rows[row].Length ? rows[row][token] : 0;
            positions[i] = firstPosition + token;
        }

        return new Dictionary<string, HostTensor>(StringComparer.Ordinal)
        {
            [ProgramNames.InputIds] = HostTensor.Of(ids, count, longest),
            [ProgramNames.Positions] = HostTensor.Of(positions, count, longest),
        };
    }
}
