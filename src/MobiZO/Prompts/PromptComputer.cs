using System.Diagnostics;
using MobiZO.Data;
using MobiZO.Programs.Architectures;
using MobiZO.Programs.Engines;

namespace MobiZO.Prompts;

/// <summary>
/// Computes what is stored of token sequences, in batches of similar length. The stored bytes of a sequence depend on its tokens, the length of the common beginning and
/// the engine alone, not on what else is in a batch: so a run goes on to the same bits whether an entry was found or computed again with other ones.
/// </summary>
internal sealed class PromptComputer(PromptPrograms programs, PromptSequences sequences, PromptCacheOptions options)
{
    // Enough tokens to fill the matrix products, few enough to stay small in memory.
    private const int MostTokensPerRun = 512;

    // Short sequences behind a long common beginning: few tokens to compute, but each is stored whole.
    private const long MostBytesPerRun = 64L << 20;

    private readonly PromptShape _shape = programs.Shape;
    private readonly Dictionary<string, (int[] Shape, float[] Values)> _shared = new(StringComparer.Ordinal);
    private byte[] _stored = [];

    /// <summary>Given the bytes of one sequence, which it may read but not keep.</summary>
    public delegate void EntryReader(int index, ReadOnlyMemory<byte> stored);

    /// <summary>Tokens that have to be computed for some sequences.</summary>
    public long TokensOf(IEnumerable<int> indices) => indices.Sum(index => (long)sequences.All[index].Length - sequences.SharedLength);

    /// <summary>Sequences of similar length together.</summary>
    public IEnumerable<int[]> Batches(IEnumerable<int> indices)
    {
        var most = Math.Min(MostTokensPerRun, options.MaxTokensPerRun);
        return LengthBatches.Of(
            indices,
            index => sequences.All[index].Length,
            (count, longest) => (long)count * (sequences.All[longest].Length - sequences.SharedLength) <= most && (long)count * LengthOf(longest) <= MostBytesPerRun);
    }

    /// <summary>Computes one of the <see cref="Batches"/>.</summary>
    public void Compute(int[] batch, EntryReader reader)
    {
        var session = Prepare();
        var ends = batch.Length > 1 && programs.AreRowsIndependent is null ? ComputeEnds(session, batch) : default;
        var watch = Stopwatch.StartNew();
        var isTogether = batch.Length == 1 || programs.AreRowsIndependent != false;
        if (isTogether)
        {
            Run(session, batch);
        }

        if (ends.First is not null)
        {
            var lastStart = batch[..^1].Sum(LengthOf);
            isTogether = ends.First.AsSpan().SequenceEqual(_stored.AsSpan(0, ends.First.Length)) && ends.Last.AsSpan().SequenceEqual(_stored.AsSpan(lastStart, ends.Last.Length));
            programs.AreRowsIndependent = isTogether;
        }

        foreach (var part in isTogether ? [batch] : batch.Chunk(1))
        {
            if (!isTogether)
            {
                Run(session, part);
            }

            var start = 0;
            foreach (var index in part)
            {
                var length = LengthOf(index);
                reader(index, _stored.AsMemory(start, length));
                start += length;
            }
        }

        programs.CountTime(watch.Elapsed.TotalMilliseconds, TokensOf(batch));
    }

    private int LengthOf(int index) => checked((int)(sequences.All[index].Length * _shape.BytesPerToken(options.Type)));

    /// <summary>
    /// The shortest sequence of a batch, the one with most padding, and the last one alone, to compare with the batch. Matrix kernels that sum in an order that
    /// depends on the size of the batch would make stored numbers depend on their company; with such an engine every sequence is computed alone.
    /// </summary>
    private (byte[] First, byte[] Last) ComputeEnds(IProgramSession session, int[] batch)
    {
        byte[] Alone(int[] one)
        {
            Run(session, one);
            return _stored.AsSpan(0, LengthOf(one[0])).ToArray();
        }

        return (Alone(batch[..1]), Alone(batch[^1..]));
    }

    private IProgramSession Prepare()
    {
        if (sequences.SharedLength == 0)
        {
            return programs.Whole;
        }

        if (_shared.Count == 0)
        {
            var first = sequences.All.First(ids => ids.Length > 0);
            programs.Shared.Run(Inputs([first[..sequences.SharedLength]], 0), (name, shape, values) => _shared.Add(name, ([.. shape], values.ToArray())));
        }

        return programs.After;
    }

    private void Run(IProgramSession session, int[] batch)
    {
        var shared = sequences.SharedLength;
        var inputs = Inputs([.. batch.Select(index => sequences.All[index][shared..])], shared);
        for (var layer = 0; shared > 0 && layer < programs.LayerCount; layer++)
        {
            // Hidden states need no more layers than those below them.
            if (_shared.TryGetValue(ProgramNames.PresentKey(layer), out var keys) && _shared.TryGetValue(ProgramNames.PresentValue(layer), out var values))
            {
                inputs[ProgramNames.PastKey(layer)] = HostTensor.Of(keys.Values, keys.Shape);
                inputs[ProgramNames.PastValue(layer)] = HostTensor.Of(values.Values, values.Shape);
            }
        }

        if (shared > 0)
        {
            inputs[ProgramNames.PastLengths] = HostTensor.Of([(long)shared], 1);
        }

        var size = batch.Sum(index => (long)LengthOf(index));
        if (_stored.Length < size)
        {
            _stored = [];
            _stored = GC.AllocateUninitializedArray<byte>(checked((int)size));
        }

        session.Run(inputs, (name, shape, values) => Store(batch, name, shape[^2], values));
    }

    /// <summary>Stores one plane [N, heads, S, width] (hidden states: [N, S, width]) of all sequences of a batch.</summary>
    private void Store(int[] batch, string name, int padded, ReadOnlySpan<float> values)
    {
        var plane = Enumerable.Range(0, _shape.Planes).First(candidate => _shape.OutputName(candidate) == name);
        var (width, size) = (_shape.Width, PromptNumbers.SizeOf(options.Type));
        var shared = sequences.SharedLength;
        var start = 0;
        for (var row = 0; row < batch.Length; row++)
        {
            var tokens = sequences.All[batch[row]].Length;
            for (var head = 0; head < _shape.Heads; head++)
            {
                var target = _stored.AsSpan(start + (((plane * _shape.Heads) + head) * tokens * width * size), tokens * width * size);
                if (shared > 0)
                {
                    PromptNumbers.Encode(_shared[name].Values.AsSpan(head * shared * width, shared * width), target, options.Type);
                }

                var own = values.Slice(((row * _shape.Heads) + head) * padded * width, (tokens - shared) * width);
                PromptNumbers.Encode(own, target[(shared * width * size)..], options.Type);
            }

            start += LengthOf(batch[row]);
        }
    }

    private static Dictionary<string, HostTensor> Inputs(int[][] rows, int firstPosition)
    {
        var longest = rows.Max(row => row.Length);
        var (ids, positions) = (new long[rows.Length * longest], new long[rows.Length * longest]);
        for (var i = 0; i < ids.Length; i++)
        {
            var (row, token) = (i / longest, i % longest);
            ids[i] = token < rows[row].Length ? rows[row][token] : 0;
            positions[i] = firstPosition + token;
        }

        return new Dictionary<string, HostTensor>(StringComparer.Ordinal)
        {
            [ProgramNames.InputIds] = HostTensor.Of(ids, rows.Length, longest),
            [ProgramNames.Positions] = HostTensor.Of(positions, rows.Length, longest),
        };
    }
}
