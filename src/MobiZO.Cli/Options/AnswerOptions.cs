using MobiZO.Scoring;

namespace MobiZO.Cli.Options;

/// <summary>The options of answers that are written to be read or compared, shared by the commands that write them.</summary>
internal static class AnswerOptions
{
    /// <summary>Adds them.</summary>
    /// <param name="group">The options of the command.</param>
    /// <param name="metric">Reads and sets the metric.</param>
    /// <param name="tokens">Reads and sets the length of answers.</param>
    public static void AddTo<TRecord>(
        OptionGroup<TRecord> group,
        (Func<TRecord, object?> Get, Func<TRecord, TextMetric, TRecord> Set) metric,
        (Func<TRecord, object?> Get, Func<TRecord, int, TRecord> Set) tokens
    )
    {
        group.Add(
            "--metric",
            "Write answers to the evaluation rows and compare them with theirs by it (by default, none are written).",
            OptionValue.Enumeration<TextMetric>(),
            nameof(FineTuneOptions.Metric),
            metric.Get,
            metric.Set
        );
        group.Add(
            "--answer-tokens",
            "Most tokens of a written answer.",
            OptionValue.Count,
            nameof(FineTuneOptions.AnswerTokens),
            tokens.Get,
            tokens.Set
        );
    }
}
