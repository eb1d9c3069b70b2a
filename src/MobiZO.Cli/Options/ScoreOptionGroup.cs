using MobiZO.Scoring;

namespace MobiZO.Cli.Options;

/// <summary>The options of <see cref="ScoreOptions"/>.</summary>
internal static class ScoreOptionGroup
{
    public const string Command = "--score";
    public const string Tokens = "--score-tokens";

    public static OptionGroup<ScoreOptions> Create()
    {
        var group = new OptionGroup<ScoreOptions>("Score", new ScoreOptions());
        group.Add(
            Command,
            "Train on what this command says of the model's own answers, instead of on a loss: it reads JSON lines, prints a number each.",
            OptionValue.Text("command"),
            nameof(ScoreOptions.Command),
            score => score.Command,
            (score, value) => score with { Command = value }
        );
        group.Add(
            Tokens,
            "Most tokens of an answer that is scored.",
            OptionValue.Count,
            nameof(ScoreOptions.MaxAnswerTokens),
            score => score.MaxAnswerTokens,
            (score, value) => score with { MaxAnswerTokens = value }
        );
        return group;
    }
}
