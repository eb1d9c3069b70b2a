using MobiZO.Data;
using MobiZO.PrefixCache;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Feeding;

namespace MobiZO.Initialization;

/// <summary>What a model computes at the last prompt token of a few examples.</summary>
internal static class PromptStatistics
{
    private const int MostExamplesPerRun = 32;

    /// <summary>For every output of the program [examples, in].</summary>
    /// <param name="program">
    /// A loaded program of <see cref="ProgramAssembler.ModuleInputs"/> or <see cref="ProgramAssembler.Streams"/>.
    /// </param>
    /// <param name="examples">All training examples.</param>
    /// <param name="chosen">Which of them to read.</param>
    /// <param name="prompts">Their cached prompts; null: the program is given whole prompts.</param>
    /// <param name="maxTokensPerRun">Most tokens of joined prompts.</param>
    /// <param name="lengths">The lengths that the engine wants to see.</param>
    /// <param name="progress">Told how many examples are done.</param>
    /// <param name="cancellation">Stops between two engine runs.</param>
    public static IReadOnlyDictionary<string, float[][]> Read(
        IProgramSession program,
        IReadOnlyList<PromptExample> examples,
        IReadOnlyList<int> chosen,
        PrefixStore? prompts,
        int maxTokensPerRun,
        LengthGrid lengths,
        Action<int> progress,
        CancellationToken cancellation
    )
    {
        var results = program.Program.Outputs.ToDictionary(output => output.Name, _ => new float[chosen.Count][], StringComparer.Ordinal);
        var done = 0;
        int LengthOf(int position) => examples[chosen[position]].Prompt.Length;
        foreach (
            var batch in LengthBatches.Of(
                Enumerable.Range(0, chosen.Count),
                LengthOf,
                (count, longest) => count <= MostExamplesPerRun && (long)count * LengthOf(longest) <= maxTokensPerRun
            )
        )
        {
            cancellation.ThrowIfCancellationRequested();

            // Without answers and choices the rows end with the last prompt token, and all have as many.
            PromptExample[] rows = [.. batch.Select(position => examples[chosen[position]] with { Answer = [0], Choices = [] })];
            var feed = StepFeed.Create(StepLossKind.Tokens, rows, 1, lengths);
            var inputs = new Dictionary<string, HostTensor>(feed.Inputs, StringComparer.Ordinal);
            prompts?.AddTo(inputs, feed, [.. batch.Select(position => chosen[position])]);
            foreach (var (name, states) in program.Run(inputs))
            {
                var width = states.Shape[1];
                for (var row = 0; row < batch.Length; row++)
                {
                    var last = (row * feed.TokensPerRow) + rows[row].Prompt.Length - rows[row].SuffixStart - 1;
                    results[name][batch[row]] = states.Floats.AsSpan(last * width, width).ToArray();
                }
            }

            progress(done += batch.Length);
        }

        return results;
    }
}
