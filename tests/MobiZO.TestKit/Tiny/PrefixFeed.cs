using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;

namespace MobiZO.TestKit.Tiny;

/// <summary>Runs the prefix program over a few prompts.</summary>
public static class PrefixFeed
{
    /// <summary>Computes the keys and values of prompts in one run, padded to the longest; prompts of similar length waste least.</summary>
    /// <param name="prefix">A loaded prefix program.</param>
    /// <param name="prompts">Token ids of the cached part of each prompt; may be empty.</param>
    public static IReadOnlyList<PromptKeyValues> Run(IProgramSession prefix, IReadOnlyList<int[]> prompts)
    {
        var longest = Math.Max(prompts.Max(prompt => prompt.Length), 1);
        var (ids, positions) = (new long[prompts.Count * longest], new long[prompts.Count * longest]);
        for (var i = 0; i < ids.Length; i++)
        {
            var (row, token) = (i / longest, i % longest);
            ids[i] = token < prompts[row].Length ? prompts[row][token] : 0;
            positions[i] = token;
        }

        var outputs = prefix.Run(
            new Dictionary<string, HostTensor>(StringComparer.Ordinal)
            {
                [ProgramNames.InputIds] = HostTensor.Of(ids, prompts.Count, longest),
                [ProgramNames.Positions] = HostTensor.Of(positions, prompts.Count, longest),
            }
        );
        return PromptKeyValues.FromOutputs(outputs, [.. prompts.Select(prompt => prompt.Length)]);
    }
}
