using MobiZO.Adapted;
using MobiZO.PrefixCache;
using MobiZO.Programs.Feeding;

namespace MobiZO.Training;

/// <summary>The prefix caches of a run: one store for each set of rows, all within one budget of memory.</summary>
internal sealed class RunCaches : IDisposable
{
    private readonly AdaptedModel _model;
    private readonly FineTuneOptions _options;
    private readonly IProgress<TrainingEvent>? _progress;
    private readonly List<PrefixStore> _stores = [];
    private long _bytesLeft;

    public RunCaches(AdaptedModel model, FineTuneOptions options, IProgress<TrainingEvent>? progress)
    {
        (_model, _options, _progress) = (model, options, progress);
        _bytesLeft = (long)options.PrefixCacheMegabytes << 20;
    }

    /// <summary>What all stores take; null when nothing is frozen.</summary>
    public PrefixCachePlan? Plan =>
        _stores.Select(store => store.Plan).Aggregate((PrefixCachePlan?)null, (sum, plan) => sum?.Plus(plan) ?? plan);

    /// <summary>Opens a store within what is left of the budget; null when nothing is frozen.</summary>
    /// <param name="examples">The examples.</param>
    /// <param name="used">Examples worth computing ahead; null: all.</param>
    public PrefixStore? Open(IReadOnlyList<PromptExample> examples, IReadOnlyCollection<int>? used = null)
    {
        var store = _model.OpenStore(examples, OptionsOf(_model, _bytesLeft), used);
        if (store is not null)
        {
            _stores.Add(store);
        }

        return store;
    }

    /// <summary>Computes the prompts of a store ahead.</summary>
    /// <param name="store">The store; may be null.</param>
    /// <param name="rows">Whose prompts they are.</param>
    /// <param name="isLast">Whether no other store is filled next: then the program that computes prompts is let go.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    public void Fill(PrefixStore? store, string rows, bool isLast, CancellationToken cancellation)
    {
        if (store is not null)
        {
            Fill(store, rows, plan => _progress?.Report(new PrefixesPlanned(rows, plan)), cancellation);
        }

        _bytesLeft -= store?.HeldBytes ?? 0;
        if (isLast)
        {
            _model.Prefix.Release();
        }
    }

    /// <summary>
    /// Opens a store for programs of their own, computed ahead in files alone: the budget is not theirs. It is the caller's; null when
    /// nothing is frozen.
    /// </summary>
    /// <param name="model">The adapted model of these programs.</param>
    /// <param name="examples">The examples.</param>
    /// <param name="rows">Whose prompts they are.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    public PrefixStore? OpenBeside(AdaptedModel model, IReadOnlyList<PromptExample> examples, string rows, CancellationToken cancellation)
    {
        var store = model.OpenStore(examples, OptionsOf(model, bytes: 0));
        if (store is not null && _options.PrefixCacheFile)
        {
            Fill(store, rows, planned: null, cancellation);
            if (store.Plan.Left == 0)
            {
                model.Prefix.Release();
            }
        }

        return store;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var store in _stores)
        {
            store.Dispose();
        }
    }

    private PrefixCacheOptions OptionsOf(AdaptedModel model, long bytes) =>
        new(
            _options.PrefixCacheType,
            bytes,
            _options.PrefixCacheFile
                ? PrefixFolder.PathOf(model.Model, _options.Engine, model.Prefix.Shape, _options.PrefixCacheType)
                : null,
            _options.TokensPerRunInForce
        );

    private void Fill(PrefixStore store, string rows, Action<PrefixCachePlan>? planned, CancellationToken cancellation) =>
        store.Fill(
            planned,
            (done, total) => _progress?.Report(new StageProgress($"caching {rows} prompts", done, total)),
            reason => _progress?.Report(new RunNote(reason, true)),
            cancellation
        );
}
