using MobiZO.Generation;
using MobiZO.Models;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;

namespace MobiZO.Peers.Tests.LlamaCpp;

/// <summary>
/// Compares our greedy texts and logits of a GGUF file with llama.cpp's. That engine quantises the activations to 8 bits before it
/// multiplies them with a quantised matrix; ours does not. How far this moves its logits is measured: its logits on the file against its
/// logits on the same file dequantised. So
/// <list type="bullet">
/// <item>on the dequantised file, where both compute in fp32, ours must agree with its logits within a small tolerance;</item>
/// <item>on the file itself they may differ by as much as its activations move its own logits at that place, and by the tolerance.</item>
/// </list>
/// </summary>
/// <param name="tolerance">What sums in another order may change a logit.</param>
internal sealed class LlamaCppAgreement(string path, double tolerance) : IDisposable
{
    private const int Tokens = 20;
    private const int Top = 5;

    private readonly string _folder = Directory.CreateTempSubdirectory("mobizo-llama-cpp-").FullName;

    private double _worst;
    private double _worstOfActivations;

    /// <summary>Checks 20 greedy tokens after each prompt, and the five likeliest tokens at each place.</summary>
    public async Task CheckAsync(IEnumerable<int[]> prompts)
    {
        var dequantized = Path.Combine(_folder, "f32.gguf");
        LlamaCppModel.Dequantize(path, dequantized);
        using var ours = LocalModel.Open(path);
        using var generator = new TextGenerator(ours);
        using var session = ours.Engine.Load(ours.Assembler.Generate(null, PrefixKind.Tokens), ours.Checkpoint);
        using var plain = LlamaCppModel.Open(dequantized);
        using var quantized = LlamaCppModel.Open(path);
        foreach (var prompt in prompts)
        {
            var text = await generator.GenerateAsync(prompt, new GenerationOptions { MaxNewTokens = Tokens });
            int[] whole = [.. prompt, .. text.TokenIds];
            int[] greedy = text.End == GenerationEnd.EndOfSequence ? [.. text.TokenIds, -1] : [.. text.TokenIds];
            int[] read = text.End == GenerationEnd.EndOfSequence ? whole : whole[..^1];
            var start = prompt.Length - 1;
            var (found, exact, rounded) = (Logits(session, read, start), plain.Logits(read, start), quantized.Logits(read, start));
            for (var i = 0; i < greedy.Length; i++)
            {
                CheckPlace($"{string.Join(',', prompt)}, token {i + 1}", greedy[i], found[i], exact[i], rounded[i]);
            }
        }
    }

    /// <summary>The largest differences that were found.</summary>
    public override string ToString() =>
        FormattableString.Invariant(
            $"logits differ by {_worst:g3} from llama.cpp on the dequantised file; its activations move them by {_worstOfActivations:g3}"
        );

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <param name="place">Named in failures.</param>
    /// <param name="greedy">Our token, or -1 where ours ended the text.</param>
    /// <param name="found">Our logits.</param>
    /// <param name="exact">Those of llama.cpp on the dequantised file.</param>
    /// <param name="rounded">Those of llama.cpp on the file.</param>
    private void CheckPlace(string place, int greedy, float[] found, float[] exact, float[] rounded)
    {
        Assert.Equal(exact.Length, found.Length);
        int[] tokens = [.. TopOf(exact).Union(TopOf(rounded)).Union(greedy < 0 ? [] : [greedy])];
        var difference = tokens.Max(token => Math.Abs((double)found[token] - exact[token]));
        var moved = tokens.Max(token => Math.Abs((double)rounded[token] - exact[token]));
        var fromRounded = tokens.Max(token => Math.Abs((double)found[token] - rounded[token]));
        (_worst, _worstOfActivations) = (Math.Max(_worst, difference), Math.Max(_worstOfActivations, moved));
        Assert.True(
            difference <= tolerance,
            $"{place}: logits differ by {difference:g3} from llama.cpp on the dequantised file, tolerance {tolerance:g3}."
        );
        Assert.True(
            fromRounded <= moved + tolerance,
            $"{place}: logits differ by {fromRounded:g3} from llama.cpp, whose activations explain {moved:g3}."
        );

        // The likeliest token is the same unless two are nearer to each other than the engines are.
        if (greedy >= 0)
        {
            Assert.True(
                exact.Max() - exact[greedy] <= 2 * tolerance,
                $"{place}: {greedy} is not the likeliest token of llama.cpp on the dequantised file."
            );
            Assert.True(
                rounded.Max() - rounded[greedy] <= 2 * (moved + tolerance),
                $"{place}: {greedy} is not the likeliest token of llama.cpp."
            );
        }
    }

    private static IEnumerable<int> TopOf(float[] logits) =>
        logits.Index().OrderByDescending(logit => logit.Item).Take(Top).Select(logit => logit.Index);

    private static float[][] Logits(IProgramSession session, int[] ids, int start)
    {
        var count = ids.Length - start;
        var inputs = new Dictionary<string, HostTensor>(StringComparer.Ordinal)
        {
            [ProgramNames.InputIds] = HostTensor.Of([.. ids.Select(id => (long)id)], 1, ids.Length),
            [ProgramNames.Positions] = HostTensor.Of([.. Enumerable.Range(0, ids.Length).Select(i => (long)i)], 1, ids.Length),
            [ProgramNames.AnswerRows] = HostTensor.Of([.. Enumerable.Range(start, count).Select(i => (long)i)], count),
        };
        var logits = session.Run(inputs)[ProgramNames.Logits].Floats;
        return [.. logits.Chunk(logits.Length / count)];
    }
}
