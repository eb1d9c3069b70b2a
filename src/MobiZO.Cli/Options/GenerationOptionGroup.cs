using MobiZO.Generation;

namespace MobiZO.Cli.Options;

/// <summary>The options of <see cref="GenerationOptions"/>.</summary>
internal static class GenerationOptionGroup
{
    public static OptionGroup<GenerationOptions> Create()
    {
        var group = new OptionGroup<GenerationOptions>("Text", new GenerationOptions());
        group.Add(
            "--max-new-tokens",
            "Most tokens that are written.",
            OptionValue.Count,
            nameof(GenerationOptions.MaxNewTokens),
            options => options.MaxNewTokens,
            (options, value) => options with { MaxNewTokens = value }
        );
        group.Add(
            "--temperature",
            "0: always the most likely token; above: tokens are drawn, the higher the freer.",
            OptionValue.Double,
            nameof(GenerationOptions.Temperature),
            options => options.Temperature,
            (options, value) => options with { Temperature = value }
        );
        group.Add(
            "--top-k",
            "Draw from this many of the likeliest tokens; 0: all.",
            OptionValue.Count,
            nameof(GenerationOptions.TopK),
            options => options.TopK,
            (options, value) => options with { TopK = value }
        );
        group.Add(
            "--top-p",
            "Draw from the likeliest tokens that together reach this probability; 1: all.",
            OptionValue.Double,
            nameof(GenerationOptions.TopP),
            options => options.TopP,
            (options, value) => options with { TopP = value }
        );
        group.Add(
            "--min-p",
            "Draw from tokens with at least this share of the likeliest one's probability; 0: all.",
            OptionValue.Double,
            nameof(GenerationOptions.MinP),
            options => options.MinP,
            (options, value) => options with { MinP = value }
        );
        group.Add(
            "--repetition-penalty",
            "Above 1: tokens that already occurred become less likely; 1: no effect.",
            OptionValue.Double,
            nameof(GenerationOptions.RepetitionPenalty),
            options => options.RepetitionPenalty,
            (options, value) => options with { RepetitionPenalty = value }
        );
        group.Add(
            "--seed",
            "Decides every draw.",
            OptionValue.Seed,
            nameof(GenerationOptions.Seed),
            options => options.Seed,
            (options, value) => options with { Seed = value }
        );
        group.Add(
            "--stop",
            "Texts that end the answer, between commas, \\n for a newline and \\, for a comma "
                + "(by default, the text behind answers of the run).",
            OptionValue.Words("text,..."),
            nameof(GenerationOptions.StopTexts),
            options => options.StopTexts,
            (options, value) => options with { StopTexts = value }
        );
        return group;
    }
}
