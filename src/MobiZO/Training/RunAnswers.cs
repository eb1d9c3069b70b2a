using MobiZO.Adapted;
using MobiZO.Adapters;
using MobiZO.Data;
using MobiZO.Models;
using MobiZO.PrefixCache;
using MobiZO.Programs.Engines;
using MobiZO.Scoring;

namespace MobiZO.Training;

/// <summary>
/// Lets the adapter of a run answer prompts beside its steps. It has programs of its own, which keep the prompts of every layer, and
/// changes nothing that training sees. Nothing is loaded before the first answer.
/// </summary>
/// <param name="model">The base model; it stays the caller's.</param>
/// <param name="adapter">The adapter; of its matrices only the sizes matter here.</param>
/// <param name="mostTokens">Most tokens of an answer.</param>
/// <param name="cache">How the frozen parts of prompts are kept.</param>
/// <param name="prefixStyle">How prompts are computed.</param>
internal sealed class RunAnswers(LocalModel model, LoraAdapter adapter, int mostTokens, PrefixCacheOptions cache, RunStyle prefixStyle)
    : IDisposable
{
    private readonly Stack<IDisposable> _owned = new();
    private AdaptedModel? _adapted;
    private AnswerWriter? _writer;

    /// <summary>Rows that will be answered.</summary>
    public RowAnswers Of(IReadOnlyList<EncodedExample> rows)
    {
        _adapted ??= Own(new AdaptedModel(model, adapter, hasSingleRows: false, prefixStyle));
        _writer ??= Own(new AnswerWriter(_adapted, mostTokens));
        var start = _adapted.Start;
        var store = _adapted.OpenStore([.. rows.Select(row => AnswerWriter.ExampleOf(row, start))], cache);
        if (store is not null)
        {
            _owned.Push(store);
        }

        return new RowAnswers(_writer, _adapted, rows, store, cache.MaxTokensPerRun);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        while (_owned.TryPop(out var last))
        {
            last.Dispose();
        }
    }

    private T Own<T>(T value)
        where T : IDisposable
    {
        _owned.Push(value);
        return value;
    }
}
