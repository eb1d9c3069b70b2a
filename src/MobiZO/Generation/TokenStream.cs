using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;

namespace MobiZO.Generation;

/// <summary>One row of tokens going through the model: the cache of keys and values grows, the last logits are kept.</summary>
internal sealed class TokenStream(int layerCount, int vocabularySize, IReadOnlyDictionary<string, HostTensor> adapterInputs)
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
        var (tokens, positions) = (new long[ids.Length], new long[ids.Length]);
        for (var i = 0; i < ids.Length; i++)
        {
            (tokens[i], positions[i]) = (ids[i], Length + i);
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
            _past[ProgramNames.PastKey(layer)] = outputs[ProgramNames.PresentKey(layer)];
            _past[ProgramNames.PastValue(layer)] = outputs[ProgramNames.PresentValue(layer)];
        }

        Logits = outputs[ProgramNames.Logits].Floats.AsMemory(0, vocabularySize);
        Length += count;
    }
}
