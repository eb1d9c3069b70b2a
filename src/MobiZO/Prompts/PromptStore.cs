using MobiZO.Checkpoints.Configuration;
using MobiZO.Models;
using MobiZO.Programs.Architectures;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Feeding;

namespace MobiZO.Prompts;

/// <summary>
/// The frozen part of every example's prompt, computed once and used by all copies, steps, epochs and evaluations. What does not fit the memory
/// budget is computed again when it is needed.
/// </summary>
internal sealed class PromptStore
{
    // Prompts of one run of the prefix program: enough tokens to fill the matrix products, few enough to stay small in memory.
    private const int TokensPerRun = 1024;

    private readonly IReadOnlyList<PromptExample> _examples;
    private readonly PromptKeyValues?[] _cached;
    private readonly long _budgetBytes;
    private readonly int _heads;
    private readonly int _headDimension;
    private readonly IProgramSession _prefix;
    private readonly PromptBuffers _buffers = new();

    public PromptStore(LocalModel model, IProgramSession prefix, IReadOnlyList<PromptExample> examples, long budgetBytes)
        : this(model.Checkpoint.Config, prefix, examples, budgetBytes)
    {
    }

    /// <param name="config">Facts of the model.</param>
    /// <param name="prefix">The loaded prefix program.</param>
    /// <param name="examples">The examples whose prompts are kept.</param>
    /// <param name="budgetBytes">Most bytes to keep.</param>
    public PromptStore(ModelConfig config, IProgramSession prefix, IReadOnlyList<PromptExample> examples, long budgetBytes)
    {
        (_examples, _budgetBytes, _prefix) = (examples, budgetBytes, prefix);
        (_heads, _headDimension) = (config.KeyValueHeadCount, config.HeadDimension);
        _cached = new PromptKeyValues?[examples.Count];
    }

    /// <summary>Bytes held now.</summary>
    public long CachedBytes { get; private set; }

    /// <summary>Bytes that all prompts need.</summary>
    public static long BytesNeeded(LocalModel model, IEnumerable<PromptExample> examples)
    {
        var config = model.Checkpoint.Config;
        return examples.Sum(example => (long)example.SuffixStart) * config.LayerCount * 2 * config.KeyValueHeadCount * config.HeadDimension * sizeof(float);
    }

    /// <summary>Computes prompts ahead, shortest first, as far as the budget goes.</summary>
    /// <param name="progress">Told how many prompts are done.</param>
    /// <param name="cancellation">Stops between two runs.</param>
    public void Fill(Action<int>? progress, CancellationToken cancellation)
    {
        var order = Enumerable.Range(0, _examples.Count).OrderBy(index => _examples[index].SuffixStart).ToArray();
        var done = 0;
        foreach (var batch in Batches(order))
        {
            cancellation.ThrowIfCancellationRequested();
            if (CachedBytes >= _budgetBytes)
            {
                return;
            }

            Compute(batch);
            if (batch.Any(index => _cached[index] is null))
            {
                // The shortest prompts come first: what follows would not fit either.
                return;
            }

            done += batch.Count;
            progress?.Invoke(done);
        }
    }

    /// <summary>Adds the prompts of some examples to the inputs of a program.</summary>
    public void AddTo(IDictionary<string, HostTensor> inputs, IReadOnlyList<int> indices)
    {
        var missing = indices.Distinct().Where(index => _cached[index] is null).ToArray();
        var computed = new Dictionary<int, PromptKeyValues>();
        foreach (var batch in Batches([.. missing.OrderBy(index => _examples[index].SuffixStart)]))
        {
            foreach (var (index, prompt) in Compute(batch))
            {
                computed.Add(index, prompt);
            }
        }

        PromptKeyValues.AddTo(inputs, [.. indices.Select(index => _cached[index] ?? computed[index])], _heads, _headDimension, _buffers);
    }

    private Dictionary<int, PromptKeyValues> Compute(IReadOnlyList<int> indices)
    {
        var results = PrefixFeed.Run(_prefix, [.. indices.Select(index => _examples[index].Prompt[.._examples[index].SuffixStart])]);
        var computed = new Dictionary<int, PromptKeyValues>();
        for (var i = 0; i < indices.Count; i++)
        {
            computed.Add(indices[i], results[i]);
            if (CachedBytes + results[i].ByteCount <= _budgetBytes)
            {
                _cached[indices[i]] = results[i];
                CachedBytes += results[i].ByteCount;
            }
        }

        return computed;
    }

    private IEnumerable<IReadOnlyList<int>> Batches(int[] order)
    {
        var batch = new List<int>();
        foreach (var index in order)
        {
            if (batch.Count > 0 && (batch.Count + 1) * _examples[index].SuffixStart > TokensPerRun)
            {
                yield return batch;
                batch = [];
            }

            batch.Add(index);
        }

        if (batch.Count > 0)
        {
            yield return batch;
        }
    }
}
