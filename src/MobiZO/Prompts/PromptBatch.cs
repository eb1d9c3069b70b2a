using MobiZO.Programs.Architectures;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Feeding;

namespace MobiZO.Prompts;

/// <summary>The joined entries of one batch as inputs of a program, in memory that the next batch uses again. The stores of a run share one.</summary>
internal sealed class PromptBatch
{
    private readonly PromptBuffers _buffers = new();
    private readonly Dictionary<string, HostTensor> _inputs = new(StringComparer.Ordinal);
    private (PromptStore Store, int[] Entries, int Tokens)? _held;

    /// <summary>Whether exactly these entries lie in the batch already: the micro-batches of a step have the same prompts.</summary>
    public bool Holds(PromptStore store, int[] entries, int tokens) =>
        _held is { } held && ReferenceEquals(held.Store, store) && held.Tokens == tokens && held.Entries.AsSpan().SequenceEqual(entries);

    /// <summary>Joins entries, each padded with zeros to a number of tokens.</summary>
    /// <param name="store">Whose entries they are.</param>
    /// <param name="entries">Which ones.</param>
    /// <param name="tokens">T of the batch, or S for hidden states; at least 1.</param>
    /// <param name="shape">What an entry is.</param>
    /// <param name="type">Type of the stored numbers.</param>
    /// <param name="stored">Length and numbers of each of them; null when it is empty.</param>
    public void Join(PromptStore store, int[] entries, int tokens, PromptShape shape, PromptCacheType type, (int Tokens, PromptEntry? Entry)[] stored)
    {
        _held = null;
        _inputs.Clear();
        var memory = _buffers.Take(shape.Planes, checked(entries.Length * shape.Heads * tokens * shape.Width));
        var size = PromptNumbers.SizeOf(type);

        var opened = Array.ConvertAll(stored, entry => entry.Entry?.Open());

        try
        {
            // A few hundred independent pieces of some kilobytes; the cost is that of reading and writing memory once.
            Parallel.For(0, shape.Planes * entries.Length, piece =>
            {
                var (plane, row) = (piece % shape.Planes, piece / shape.Planes);
                ReadOnlySpan<byte> bytes = opened[row] is { } numbers ? numbers.Memory.Span : [];
                var count = stored[row].Tokens * shape.Width;
                var stride = tokens * shape.Width;
                for (var head = 0; head < shape.Heads; head++)
                {
                    var target = memory[plane].Span.Slice(((row * shape.Heads) + head) * stride, stride);
                    PromptNumbers.Decode(bytes.Slice(((plane * shape.Heads) + head) * count * size, count * size), target[..count], type);
                    target[count..].Clear();
                }
            });
        }
        finally
        {
            foreach (var numbers in opened)
            {
                numbers?.Dispose();
            }
        }

        for (var plane = 0; plane < shape.Planes; plane++)
        {
            _inputs[shape.InputName(plane)] = HostTensor.Of(memory[plane], shape.InputShape(entries.Length, tokens));
        }

        if (shape.Form == PromptForm.KeyValues)
        {
            _inputs[ProgramNames.PastLengths] = HostTensor.Of([.. stored.Select(entry => (long)entry.Tokens)], stored.Length);
        }

        _held = (store, entries, tokens);
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
