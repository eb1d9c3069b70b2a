using System.Diagnostics;
using System.Globalization;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Feeding;

namespace MobiZO.PrefixCache;

/// <summary>
/// The frozen part of every example, computed once and used by all copies, steps, epochs, evaluations and, through files, runs. With a
/// folder the entries are served from mapped files, which need no copy and no budget. Without one they are held in memory up to the budget,
/// and the rest is computed again whenever it is used, to the same bits.
/// </summary>
internal sealed class PrefixStore : IDisposable
{
    private readonly PrefixSequences _sequences;
    private readonly PrefixCacheOptions _options;
    private readonly PrefixPrograms _programs;
    private readonly PrefixComputer _computer;
    private readonly PrefixBatch _batch;
    private readonly PrefixFolder? _folder;
    private readonly PrefixEntry?[] _entries;
    private readonly int[] _used;
    private bool[] _wasFound;
    private long _held;
    private double _seconds;

    /// <param name="programs">The prefix programs; they stay the caller's.</param>
    /// <param name="examples">The examples whose frozen parts are kept.</param>
    /// <param name="options">Type, budget and files.</param>
    /// <param name="batch">Memory to join batches in; may be shared with other stores.</param>
    /// <param name="used">Examples worth computing ahead; null: all.</param>
    /// <exception cref="FineTuneException">A sequence is too long to be kept.</exception>
    public PrefixStore(
        PrefixPrograms programs,
        IReadOnlyList<PromptExample> examples,
        PrefixCacheOptions options,
        PrefixBatch batch,
        IReadOnlyCollection<int>? used = null
    )
    {
        (_programs, _options, _batch) = (programs, options, batch);
        _sequences = new PrefixSequences(examples, programs.Shape.HoldsRows);
        _computer = new PrefixComputer(programs, _sequences, options);
        _entries = new PrefixEntry?[_sequences.All.Count];
        _wasFound = new bool[_entries.Length];
        _used = used is null ? [.. Enumerable.Range(0, _entries.Length)] : [.. used.SelectMany(_sequences.IndicesOf).Distinct().Order()];
        var bytesPerToken = programs.Shape.BytesPerToken(options.Type);
        if (_sequences.All.Max(ids => ids.Length) * bytesPerToken > Array.MaxLength)
        {
            throw new FineTuneException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"A prompt of {_sequences.All.Max(ids => ids.Length)} tokens is too long to be kept ({bytesPerToken} bytes a "
                        + $"token): lower DataOptions.MaxLength."
                ),
                FineTuneFailure.Settings
            );
        }

        _folder = options.Folder is null ? null : new PrefixFolder(options.Folder, bytesPerToken);
    }

    /// <summary>What was found, what is left to compute, and what both take.</summary>
    public PrefixCachePlan Plan
    {
        get
        {
            var missing = Missing().ToArray();
            return new PrefixCachePlan
            {
                Found = _used.Count(index => _wasFound[index]),
                Computed = _used.Count(index => _sequences.All[index].Length > 0 && !_wasFound[index]),
                Left = missing.Length,
                SharedTokens = _sequences.SharedLength,
                Bytes = _used.Sum(index => (long)_sequences.All[index].Length) * _programs.Shape.BytesPerToken(_options.Type),
                Seconds = _seconds + (_computer.TokensOf(missing) * (_programs.MillisecondsPerToken ?? 0) / 1000),
            };
        }
    }

    /// <summary>Bytes held in memory, mapped files left out.</summary>
    public long HeldBytes => _held;

    /// <summary>Looks for entries that earlier runs left.</summary>
    public void Find()
    {
        if (_folder is null)
        {
            return;
        }

        var found = _folder.Find([.. _sequences.All.Select((ids, index) => (_sequences.KeyOf(index), ids.Length))]);
        found.CopyTo(_entries, 0);
        _wasFound = Array.ConvertAll(found, entry => entry is not null);
    }

    /// <summary>Computes all that is missing, as far as file or budget go.</summary>
    /// <param name="planned">Told once, as soon as the cost is known; may be null.</param>
    /// <param name="progress">Told how many sequences of how many are done; may be null.</param>
    /// <param name="note">Told why there is no file, when there is none; may be null.</param>
    /// <param name="cancellation">Stops between two batches; what was computed stays in the file.</param>
    public void Fill(Action<PrefixCachePlan>? planned, Action<int, int>? progress, Action<string>? note, CancellationToken cancellation)
    {
        if (!Missing().Any())
        {
            planned?.Invoke(Plan);
            return;
        }

        cancellation.ThrowIfCancellationRequested();
        var watch = Stopwatch.StartNew();
        if (_folder is not null && FillFile(ref planned, progress, cancellation) is { } reason)
        {
            note?.Invoke($"Prompts are kept in memory only: {reason}");
        }

        foreach (var batch in _computer.Compute(Missing()))
        {
            cancellation.ThrowIfCancellationRequested();
            var isFull = !batch.Entries.All(entry => TryHold(entry.Index, entry.Stored));
            TellPlanned(ref planned);
            progress?.Invoke(_used.Length - Missing().Count(), _used.Length);
            if (isFull)
            {
                // The shortest come first: what follows would not fit either.
                break;
            }
        }

        _seconds = watch.Elapsed.TotalSeconds;
    }

    /// <summary>Computes what a few examples lack, whatever the budget: to measure a step without computing everything.</summary>
    public void FillFor(IEnumerable<int> examples)
    {
        var wanted = examples.Select(example => _sequences.IndexOf(example, 0)).ToHashSet();
        foreach (var (index, stored) in _computer.Compute(Missing().Where(wanted.Contains)).SelectMany(batch => batch.Entries))
        {
            _entries[index] = new HeldPrefix(stored.ToArray());
        }
    }

    /// <summary>Adds the frozen parts of a batch to the inputs of a program.</summary>
    /// <param name="inputs">Inputs of the program.</param>
    /// <param name="feed">The batch.</param>
    /// <param name="examples">For every example of the batch its index in the store.</param>
    public void AddTo(IDictionary<string, HostTensor> inputs, StepFeed feed, IReadOnlyList<int> examples)
    {
        var rows = _programs.Shape.HoldsRows
            ? feed.FirstCopyRows
            : [.. Enumerable.Range(0, feed.ExampleCount).Select(example => (example, 0))];
        AddEntries(inputs, feed.TokensPerRow, [.. rows.Select(row => _sequences.IndexOf(examples[row.Example], row.Choice))]);
    }

    /// <summary>As <see cref="AddTo(IDictionary{string, HostTensor}, StepFeed, IReadOnlyList{int})"/>, of one row an example.</summary>
    /// <param name="inputs">Inputs of the program.</param>
    /// <param name="tokensPerRow">S.</param>
    /// <param name="examples">For every example of the batch its index in the store.</param>
    public void AddTo(IDictionary<string, HostTensor> inputs, int tokensPerRow, IReadOnlyList<int> examples) =>
        AddEntries(inputs, tokensPerRow, [.. examples.Select(example => _sequences.IndexOf(example, 0))]);

    private void AddEntries(IDictionary<string, HostTensor> inputs, int tokensPerRow, int[] wanted)
    {
        if (!_batch.Holds(this, wanted, tokensPerRow))
        {
            var computed = Compute(wanted);
            _batch.Join(
                this,
                wanted,
                tokensPerRow,
                _programs.Shape,
                _options.Type,
                [
                    .. wanted.Select(index =>
                        (
                            _sequences.All[index].Length,
                            _sequences.StartOf(index),
                            computed.TryGetValue(index, out var entry) ? entry : _entries[index]
                        )
                    ),
                ],
                _programs.Lengths
            );
        }

        _batch.AddTo(inputs);
    }

    /// <inheritdoc/>
    public void Dispose() => _folder?.Dispose();

    private IEnumerable<int> Missing() => _used.Where(IsMissing);

    private bool IsMissing(int index) => _entries[index] is null && _sequences.All[index].Length > 0;

    /// <summary>Computes what is missing of a batch, for this batch alone.</summary>
    private Dictionary<int, PrefixEntry> Compute(int[] wanted)
    {
        var computed = new Dictionary<int, PrefixEntry>();
        foreach (var (index, stored) in _computer.Compute(wanted.Distinct().Where(IsMissing)).SelectMany(batch => batch.Entries))
        {
            computed.Add(index, new HeldPrefix(stored.ToArray()));
        }

        return computed;
    }

    private bool TryHold(int index, ReadOnlyMemory<byte> stored)
    {
        if (_held + stored.Length > _options.MemoryBytes)
        {
            return false;
        }

        (_entries[index], _held) = (new HeldPrefix(stored.ToArray()), _held + stored.Length);
        return true;
    }

    /// <summary>Computes what is missing into one more file.</summary>
    /// <returns>Why there is no such file; null: there is.</returns>
    private string? FillFile(ref Action<PrefixCachePlan>? planned, Action<int, int>? progress, CancellationToken cancellation)
    {
        var missing = Missing().ToArray();
        var bytes = missing.Sum(index => (long)_sequences.All[index].Length) * _programs.Shape.BytesPerToken(_options.Type);
        using var writer = _folder!.TryCreate(bytes, out var reason);
        if (writer is null)
        {
            return reason;
        }

        var done = _used.Length - missing.Length;
        foreach (var batch in _computer.Compute(missing))
        {
            foreach (var (index, stored) in batch.Entries)
            {
                if (PrefixFolder.Try(() => writer.Add(_sequences.KeyOf(index), _sequences.All[index].Length, stored)) is { } failure)
                {
                    return failure;
                }
            }

            TellPlanned(ref planned);
            progress?.Invoke(done += batch.Indices.Length, _used.Length);
            if (cancellation.IsCancellationRequested)
            {
                break;
            }
        }

        if (writer.Count > 0 && _folder.TryCommit(writer, out reason) is { } segment)
        {
            foreach (var index in missing.Where(index => segment.Has(_sequences.KeyOf(index), _sequences.All[index].Length)))
            {
                _entries[index] = segment.Find(_sequences.KeyOf(index));
            }
        }

        cancellation.ThrowIfCancellationRequested();
        return reason;
    }

    private void TellPlanned(ref Action<PrefixCachePlan>? planned)
    {
        planned?.Invoke(Plan);
        planned = null;
    }
}
