namespace MobiZO.Cli.Reporting;

/// <summary>What the loss of a step counts.</summary>
internal static class LossText
{
    /// <summary>The loss over label words, and the share of the token loss in it, where there is any.</summary>
    public static string OfLabelWords(double tokenShare) =>
        tokenShare > 0 ? FormattableString.Invariant($"the label words, {tokenShare} of it over the vocabulary") : "the label words";
}
