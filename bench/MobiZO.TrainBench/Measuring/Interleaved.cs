namespace MobiZO.TrainBench.Measuring;

/// <summary>Measures several contenders in turn, round after round, so that a change of the machine's speed meets all of them.</summary>
internal static class Interleaved
{
    /// <summary>The samples of every contender; the first round warms up and is dropped.</summary>
    /// <param name="rounds">Rounds, the first included; at least 2.</param>
    /// <param name="contenders">Each takes one sample.</param>
    public static IReadOnlyList<IReadOnlyList<TSample>> Run<TSample>(int rounds, params IReadOnlyList<Func<TSample>> contenders)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rounds, 2);
        var samples = contenders.Select(_ => new List<TSample>()).ToArray();
        for (var round = 0; round < rounds; round++)
        {
            for (var i = 0; i < contenders.Count; i++)
            {
                var sample = contenders[i]();
                if (round > 0)
                {
                    samples[i].Add(sample);
                }
            }
        }

        return samples;
    }
}
