using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Architecture;
using MobiZO.Programs.Adapters;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;
using MobiZO.TestKit.Tiny;

namespace MobiZO.TestKit.Bodies;

/// <summary>What holds for the program of hosts of ONNX decoders, of every family: its logits are those of our own programs.</summary>
/// <param name="engine">The engine under test.</param>
/// <param name="model">The model as data.</param>
/// <param name="weights">Its weights.</param>
public sealed class HostDecoderBody(IEngine engine, ModelDescription model, IWeightSource weights)
{
    private const double Tolerance = 2e-4;
    private const int Length = 14;

    private readonly ProgramAssembler _assembler = new(model);
    private readonly int[] _tokens = StepInputs.Tokens(model);

    private AdapterLayout Adapter => new(2, 2, _assembler.LinearModules);

    /// <summary>Everything that this body checks.</summary>
    public void CheckAll()
    {
        var (a, b) = (new PlainRandom(2).Normals(Adapter.ACount, 0.2), new PlainRandom(3).Normals(Adapter.BCount, 0.2));
        using var whole = engine.Load(_assembler.Generate(Adapter, PrefixKind.Tokens), weights);
        using var hosted = engine.Load(_assembler.HostDecoder(Adapter), weights);
        var expected = Whole(whole, _tokens[..Length], a, b);
        InPieces(hosted, expected, a, b);
        PaddedRows(hosted, whole, expected, a, b);
    }

    /// <summary>A prompt without a past, then single tokens and several at a time.</summary>
    private void InPieces(IProgramSession hosted, float[] expected, float[] a, float[] b)
    {
        IReadOnlyDictionary<string, HostTensor> last = Empty(1);
        foreach (var (start, end) in new[] { (0, 6), (6, 7), (7, 10), (10, 11), (11, Length) })
        {
            long[] mask = [.. Enumerable.Repeat(1L, end)];
            last = hosted.Run(Inputs([_tokens[start..end]], [start], mask, last, a, b));
            AssertNear(Rows(expected, start, end), last[ProgramNames.Logits].Floats, $"tokens {start} to {end}");
        }
    }

    /// <summary>Two rows of which one is padded, behind as by some hosts and before as by others, and a token more of each.</summary>
    private void PaddedRows(IProgramSession hosted, IProgramSession whole, float[] expected, float[] a, float[] b)
    {
        const int Short = 8,
            Long = Length - 1;
        int[] other = [.. _tokens[1..(Short + 2)]];
        var otherExpected = Whole(whole, other, a, b);
        int[] padding = [.. Enumerable.Repeat(0, Long - Short)];
        foreach (var isBehind in new[] { true, false })
        {
            int[] padded = isBehind ? [.. other[..Short], .. padding] : [.. padding, .. other[..Short]];
            var first = isBehind ? 0 : padding.Length;
            long[] ones = [.. Enumerable.Repeat(1L, Long)];
            long[] seen = [.. Enumerable.Range(0, Long).Select(place => place >= first && place < first + Short ? 1L : 0L)];
            var prompt = hosted.Run(Inputs([_tokens[..Long], padded], [0, -first], [.. ones, .. seen], Empty(2), a, b));
            var logits = prompt[ProgramNames.Logits].Floats;
            AssertNear(Rows(expected, 0, Long), Rows(logits, 0, Long), "the longer row");
            AssertNear(Rows(otherExpected, 0, Short), Rows(logits, Long + first, Long + first + Short), "the padded row");

            var next = hosted
                .Run(
                    Inputs(
                        [
                            [_tokens[Long]],
                            [other[Short]],
                        ],
                        [Long, Short],
                        [.. ones, 1, .. seen, 1],
                        prompt,
                        a,
                        b
                    )
                )[ProgramNames.Logits]
                .Floats;
            AssertNear(Rows(expected, Long, Long + 1), Rows(next, 0, 1), "a token more of the longer row");
            AssertNear(Rows(otherExpected, Short, Short + 1), Rows(next, 1, 2), "a token more of the padded row");
        }
    }

    private Dictionary<string, HostTensor> Inputs(
        int[][] rows,
        int[] starts,
        long[] mask,
        IReadOnlyDictionary<string, HostTensor> past,
        float[] a,
        float[] b
    )
    {
        var (count, tokens) = (rows.Length, rows[0].Length);
        long[] positions = [.. starts.SelectMany(start => Enumerable.Range(0, tokens).Select(t => Math.Max(0L, start + t)))];
        var inputs = new Dictionary<string, HostTensor>(StringComparer.Ordinal)
        {
            [ProgramNames.InputIds] = HostTensor.Of([.. rows.SelectMany(row => row).Select(id => (long)id)], count, tokens),
            [ProgramNames.PositionIds] = HostTensor.Of(positions, count, tokens),
            [ProgramNames.AttentionMask] = HostTensor.Of(mask, count, mask.Length / count),
            [ProgramNames.AdapterA] = HostTensor.Of(a, a.Length),
            [ProgramNames.AdapterB] = HostTensor.Of(b, b.Length),
        };
        for (var layer = 0; layer < model.Layers.Count; layer++)
        {
            inputs[ProgramNames.HostPastKey(layer)] = past[ProgramNames.PresentKey(layer)];
            inputs[ProgramNames.HostPastValue(layer)] = past[ProgramNames.PresentValue(layer)];
        }

        return inputs;
    }

    private Dictionary<string, HostTensor> Empty(int rows)
    {
        var past = new Dictionary<string, HostTensor>(StringComparer.Ordinal);
        foreach (var (index, layer) in model.Layers.Index())
        {
            var none = HostTensor.Of(Array.Empty<float>(), rows, layer.Attention.KeyValueHeads, 0, layer.Attention.HeadDimension);
            past[ProgramNames.PresentKey(index)] = none;
            past[ProgramNames.PresentValue(index)] = none;
        }

        return past;
    }

    private static float[] Whole(IProgramSession session, int[] ids, float[] a, float[] b)
    {
        long[] places = [.. Enumerable.Range(0, ids.Length).Select(place => (long)place)];
        return session
            .Run(
                new Dictionary<string, HostTensor>(StringComparer.Ordinal)
                {
                    [ProgramNames.InputIds] = HostTensor.Of([.. ids.Select(id => (long)id)], 1, ids.Length),
                    [ProgramNames.Positions] = HostTensor.Of(places, 1, ids.Length),
                    [ProgramNames.AnswerRows] = HostTensor.Of(places, ids.Length),
                    [ProgramNames.AdapterA] = HostTensor.Of(a, a.Length),
                    [ProgramNames.AdapterB] = HostTensor.Of(b, b.Length),
                }
            )[ProgramNames.Logits]
            .Floats;
    }

    private float[] Rows(float[] logits, int start, int end) =>
        logits[(start * model.Config.VocabularySize)..(end * model.Config.VocabularySize)];

    private static void AssertNear(float[] expected, float[] actual, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(
                Math.Abs(expected[i] - actual[i]) <= Tolerance * (1 + Math.Abs(expected[i])),
                $"{what}: [{i}] {expected[i]:R} and {actual[i]:R}"
            );
        }
    }
}
