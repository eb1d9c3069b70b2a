using MobiZO.Data;
using MobiZO.Evaluation;
using MobiZO.PrefixCache;
using MobiZO.Programs.Engines;

namespace MobiZO.Training;

/// <summary>Asks the adapter of a run of label words to answer by itself: ranking words needs no model that says one.</summary>
internal static class RunSpeech
{
    // So many rows tell a share to a few points. Their prompts are computed anew, with every layer kept.
    private const int MostRows = 50;
    private const int MostTokens = 4096;

    /// <summary>Whether there is something to ask: label words in every evaluation row, and an engine of free shapes.</summary>
    /// <param name="run">The run.</param>
    public static bool Apply(PreparedRun run) =>
        RunAnchors.Apply(run)
        && run.Options.LossKind == LossKind.Choices
        && !run.Rows.HasOwnChoices
        && run.Model.Model.Engine.Traits.Lengths == LengthGrid.Exact;

    /// <summary>Lets it answer a sample of the rows that the evaluation gets right; null when there are none.</summary>
    /// <param name="run">A run that <see cref="Apply"/> holds of.</param>
    /// <param name="last">The evaluation after the last step.</param>
    /// <param name="b">The trained state.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    public static SpokenLabels? Measure(PreparedRun run, EvaluationResult last, float[] b, CancellationToken cancellation)
    {
        EncodedExample[] right =
        [
            .. run.Evaluator!.Rows.Zip(last.Examples).Where(pair => pair.Second.IsCorrect).Select(pair => pair.First),
        ];
        EncodedExample[] rows = [.. Sample([.. right.Select(row => row.PromptIds.Length)]).Select(index => right[index])];
        if (rows.Length == 0)
        {
            return null;
        }

        var options = run.Options.Run;
        using var answers = new RunAnswers(
            run.Model.Model,
            run.Adapter,
            rows.Max(row => row.AnswerIds.Length),
            new PrefixCacheOptions(options.PrefixCacheType, MemoryBytes: 0, Folder: null, options.MaxTokensPerRun),
            options.Engine.PrefixStyle
        );
        var written = answers.Of(rows).WriteAll(run.CopyOf(b), progress: null, cancellation);
        var said = rows.Zip(written).Count(pair => pair.Second.Ids.AsSpan().StartsWith(pair.First.AnswerIds));
        return new SpokenLabels(said, rows.Length);
    }

    /// <summary>
    /// Indices of rows from all over the file, as many as are cheap: how many is decided first, so that the last ones have their turn.
    /// </summary>
    /// <param name="lengths">Tokens of every row.</param>
    internal static IReadOnlyList<int> Sample(IReadOnlyList<int> lengths)
    {
        if (lengths.Count == 0)
        {
            return [];
        }

        var affordable = (int)Math.Min(MostRows, MostTokens * (long)lengths.Count / Math.Max(1, lengths.Sum(length => (long)length)));
        var count = Math.Min(Math.Max(1, affordable), lengths.Count);
        return [.. Enumerable.Range(0, count).Select(i => (int)((long)i * lengths.Count / count))];
    }
}
