using MobiZO.Data;
using MobiZO.Models;

namespace MobiZO.Probing;

/// <summary>A probe on its model: rows to log-probabilities of the label words.</summary>
internal sealed class ProbeScorer : IDisposable
{
    private readonly ProbeHead _head;
    private readonly PromptStates _states;

    /// <param name="model">The model; it stays the caller's.</param>
    /// <param name="head">The probe.</param>
    /// <param name="choices">The label words of the rows.</param>
    /// <param name="maxTokensPerRun">Most tokens of one engine run.</param>
    /// <exception cref="FineTuneException">The probe knows other words.</exception>
    public ProbeScorer(LocalModel model, ProbeHead head, IReadOnlyList<string> choices, int maxTokensPerRun)
    {
        if (!head.Words.SequenceEqual(choices, StringComparer.Ordinal))
        {
            throw new FineTuneException(
                $"The probe tells the words {List(head.Words)} apart, and the rows have {(choices.Count == 0 ? "none" : List(choices))}: "
                    + "give DataOptions.Choices or DataOptions.LabelWords as it was trained with, in the same order.",
                FineTuneFailure.Settings
            );
        }

        _head = head;
        _states = new PromptStates(model, [head.Layer], maxTokensPerRun);
    }

    /// <summary>Log-probabilities [rows][words].</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="progress">Told how many rows are done.</param>
    /// <param name="cancellation">Stops between two engine runs.</param>
    /// <exception cref="FineTuneException">The states of a row are not numbers.</exception>
    public double[][] Score(IReadOnlyList<EncodedExample> rows, Action<int> progress, CancellationToken cancellation) =>
        [
            .. _states
                .Read(rows, progress, cancellation)[_head.Layer]
                .Select(state => _head.Probe.LogProbabilities(ProbeFit.Normalize(state))),
        ];

    /// <inheritdoc/>
    public void Dispose() => _states.Dispose();

    private static string List(IEnumerable<string> words) => string.Join(", ", words.Select(DataException.Quote));
}
