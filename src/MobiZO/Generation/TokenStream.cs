using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;

namespace MobiZO.Generation;

/// <summary>One row of tokens going through the model: the cache of keys and values grows, the last logits are kept.</summary>
/// <param name="layerCount">Layers of the model.</param>
/// <param name="vocabularySize">V.</param>
/// <param name="adapterInputs">The matrices of the adapter.</param>
/// <param name="lengths">What tokens and cached tokens are padded to.</param>
internal sealed class TokenStream(
    int layerCount,
    int vocabularySize,
    IReadOnlyDictionary<string, HostTensor> adapterInputs,
    LengthGrid lengths
)
{
    private readonly Dictionary<string, HostTensor> _past = new(StringComparer.Ordinal);

    /// <summary>Tokens that went through.</summary>
    public int Length { get; private set; }

    /// <summary>Logits [V] after the last token.</summary>
    public ReadOnlyMemory<float> Logits { get; private set; }

    /// <summary>
    /// Runs tokens through a program: the prefill program when nothing went through yet, else one that is given the cache.
    /// </summary>
    public void Add(IProgramSession session, ReadOnlySpan<int> ids, bool isAdapted)
    {
        var padded = lengths.Fit(ids.Length);
        var (tokens, positions) = (new long[padded], new long[padded]);
        for (var i = 0; i < padded; i++)
        {
            (tokens[i], positions[i]) = (i < ids.Length ? ids[i] : 0, Length + i);
        }

        var inputs = new Dictionary<string, HostTensor>(_past, StringComparer.Ordinal)
        {
            [ProgramNames.InputIds] = HostTensor.Of(tokens, 1, tokens.Length),
            [ProgramNames.Positions] = HostTensor.Of(positions, 1, tokens.Length),
            [ProgramNames.AnswerRows] = HostTensor.Of([ids.Length - 1L], 1),
        };
        if (Length > 0)
        {
            inputs[ProgramNames.PastLengths] = HostTensor.Of([(long)Length], 1);
        }

        foreach (var (name, tensor) in isAdapted ? adapterInputs : EmptyInputs)
        {
            inputs[name] = tensor;
        }

        Keep(session.Run(inputs), ids.Length);
    }

    private static IReadOnlyDictionary<string, HostTensor> EmptyInputs { get; } = new Dictionary<string, HostTensor>();

    private void Keep(IReadOnlyDictionary<string, HostTensor> outputs, int count)
    {
        for (var layer = 0; layer < layerCount; layer++)
        {
            _past[ProgramNames.PastKey(layer)] = Padded(outputs[ProgramNames.PresentKey(layer)], count);
            _past[ProgramNames.PastValue(layer)] = Padded(outputs[ProgramNames.PresentValue(layer)], count);
        }

        Logits = outputs[ProgramNames.Logits].Floats.AsMemory(0, vocabularySize);
        Length += count;
    }

    /// <summary>
    /// The keys or values [1, heads, T + S, width] of what went through before and of new tokens, without the padding behind either, padded
    /// to what the next run wants.
    /// </summary>
    private HostTensor Padded(HostTensor present, int count)
    {
        var (heads, rows, width) = (present.Shape[1], present.Shape[2], present.Shape[3]);
        var (wanted, before) = (lengths.Room(Length + count), Length == 0 ? 0 : lengths.Room(Length));
        if (rows == wanted && before == Length)
        {
            return present;
        }

        var values = new float[heads * wanted * width];
        for (var head = 0; head < heads; head++)
        {
            var from = present.Floats.AsSpan(head * rows * width, rows * width);
            var to = values.AsSpan(head * wanted * width);
            from[..(Length * width)].CopyTo(to);
            from.Slice(before * width, count * width).CopyTo(to[(Length * width)..]);
        }

        return HostTensor.Of(values, 1, heads, wanted, width);
    }
}
