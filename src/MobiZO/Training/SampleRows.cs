using MobiZO.Data;

namespace MobiZO.Training;

/// <summary>The rows whose prompts are answered in the course of a run, for people to read.</summary>
internal static class SampleRows
{
    // A plain text has no prompt: its first tokens are one.
    private const int OpeningTokens = 16;

    /// <summary>The first rows of the evaluation, or of the training where there are none; none for label words and scores.</summary>
    /// <param name="rows">The rows of the run.</param>
    /// <param name="options">The run.</param>
    public static IReadOnlyList<EncodedExample> Of(RunRows rows, FineTuneOptions options) =>
        rows.HasChoices || options.Score is not null
            ? []
            :
            [
                .. (rows.Eval.Count > 0 ? rows.Eval : rows.Train)
                    .DistinctBy(row => (row.Place, row.Row))
                    .Take(options.Samples)
                    .Select(Opened),
            ];

    private static EncodedExample Opened(EncodedExample row)
    {
        if (row.PromptIds.Length > 1)
        {
            return row;
        }

        var opening = Math.Min(OpeningTokens, row.AnswerIds.Length / 2);
        return row with { PromptIds = [.. row.PromptIds, .. row.AnswerIds[..opening]], AnswerIds = row.AnswerIds[opening..] };
    }
}
