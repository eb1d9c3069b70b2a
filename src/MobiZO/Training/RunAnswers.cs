using MobiZO.Adapted;
using MobiZO.Adapters;
using MobiZO.Data;
using MobiZO.Models;
using MobiZO.Scoring;

namespace MobiZO.Training;

/// <summary>
/// Lets the adapter of a run answer prompts beside its steps. It has programs of its own, which keep the prompts of every layer, and
/// changes nothing that training sees. Nothing is loaded before the first answer.
/// </summary>
/// <param name="model">The base model; it stays the caller's.</param>
/// <param name="adapter">The adapter; of its matrices only the sizes matter here.</param>
/// <param name="run">The run: how long answers are, and how prompts are computed.</param>
/// <param name="caches">Where prompts are kept.</param>
internal sealed class RunAnswers(LocalModel model, LoraAdapter adapter, FineTuneOptions run, RunCaches caches) : IDisposable
{
    private readonly Stack<IDisposable> _owned = new();
    private AdaptedModel? _adapted;
    private AnswerWriter? _writer;

    /// <summary>
    /// Rows that will be answered, at every evaluation: their prompts are computed once, or found with the run's; without files of prompts
    /// they are computed again each time.
    /// </summary>
    /// <param name="rows">The rows.</param>
    /// <param name="cancellation">Stops between two batches of prompts.</param>
    public RowAnswers Of(IReadOnlyList<EncodedExample> rows, CancellationToken cancellation)
    {
        _adapted ??= Own(new AdaptedModel(model, adapter, hasSingleRows: false, run.Engine.PrefixStyle));
        _writer ??= Own(new AnswerWriter(_adapted, run.AnswerTokens));
        var start = _adapted.Start;
        var store = caches.OpenBeside(_adapted, [.. rows.Select(row => AnswerWriter.ExampleOf(row, start))], "answered", cancellation);
        if (store is not null)
        {
            _owned.Push(store);
        }

        return new RowAnswers(_writer, _adapted, rows, store, run.TokensPerRunInForce);
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
