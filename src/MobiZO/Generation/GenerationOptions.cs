namespace MobiZO.Generation;

/// <summary>How text is continued. Filters act in the order of these members: penalty, temperature, top_k, top_p, min_p.</summary>
public sealed record GenerationOptions
{
    /// <summary>Most tokens that are generated.</summary>
    public int MaxNewTokens { get; init; } = 128;

    /// <summary>
    /// Logits of tokens that already occurred (prompt included) are divided by it when positive and multiplied when negative; 1: no effect.
    /// </summary>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>0: always the most likely token (greedy). Above: logits are divided by it and a token is drawn.</summary>
    public double Temperature { get; init; }

    /// <summary>Only this many of the most likely tokens can be drawn; 0: all.</summary>
    public int TopK { get; init; }

    /// <summary>Only the most likely tokens that together reach this probability can be drawn; 1: all.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>Only tokens with at least this share of the most likely token's probability can be drawn; 0: all.</summary>
    public double MinP { get; init; }

    /// <summary>Decides every draw: the same seed, prompt and options give the same text.</summary>
    public ulong Seed { get; init; } = 42;

    /// <summary>Texts that end the answer; neither they nor what follows is shown.</summary>
    public IReadOnlyList<string> StopTexts { get; init; } = [];

    /// <summary>
    /// Whether the tokenizer adds its own tokens (BOS) to the prompt; false for prompts of a chat template, which writes them itself.
    /// </summary>
    public bool AddSpecialTokens { get; init; } = true;

    /// <summary>Every error in these options; empty when they are sound.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        void Require(bool condition, FormattableString message)
        {
            if (!condition)
            {
                errors.Add(FormattableString.Invariant(message));
            }
        }

        Require(MaxNewTokens >= 1, $"MaxNewTokens: expected at least 1, found {MaxNewTokens}");
        Require(
            double.IsFinite(RepetitionPenalty) && RepetitionPenalty > 0,
            $"RepetitionPenalty: expected a positive number (1: no effect), found {RepetitionPenalty}"
        );
        Require(
            double.IsFinite(Temperature) && Temperature >= 0,
            $"Temperature: expected 0 (greedy) or a positive number, found {Temperature}"
        );
        Require(TopK >= 0, $"TopK: expected 0 (all tokens) or more, found {TopK}");
        Require(TopP is > 0 and <= 1, $"TopP: expected above 0 to 1 (all tokens), found {TopP}");
        Require(MinP is >= 0 and <= 1, $"MinP: expected 0 (all tokens) to 1, found {MinP}");
        Require(StopTexts.All(text => !string.IsNullOrEmpty(text)), $"StopTexts: one of them is empty; leave it out");
        return errors;
    }
}
