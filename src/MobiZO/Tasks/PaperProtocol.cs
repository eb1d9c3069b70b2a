namespace MobiZO.Tasks;

/// <summary>
/// How the paper (arXiv 2409.15520) measures, beside how a run here does: the first 1,000 rows to train and the first 1,000 to measure on,
/// 20,000 steps with an evaluation every 500, and the best of all evaluations as the result. It is chosen on the rows that measure, so it
/// is optimistic; a run without this reports the evaluation after its last step. Estimator, loss and adapter are not its matter.
/// </summary>
public static class PaperProtocol
{
    private const int Rows = 1000;
    private const int Steps = 20_000;
    private const int EvalEvery = 500;

    /// <summary>A run that is measured as the paper does.</summary>
    /// <param name="options">The run.</param>
    /// <param name="scale">Share of the paper's steps, and of the steps between two evaluations, above 0.</param>
    /// <exception cref="FineTuneException">The scale is not above 0, or gives more steps than can be counted.</exception>
    public static FineTuneOptions ApplyTo(FineTuneOptions options, double scale = 1)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!(scale > 0 && scale * Steps <= int.MaxValue))
        {
            throw new FineTuneException(
                FormattableString.Invariant($"The scale of the paper's protocol: expected a number above 0, found {scale}."),
                FineTuneFailure.Settings
            );
        }

        return options with
        {
            Steps = Scaled(Steps, scale),
            Epochs = null,
            EvalEvery = Scaled(EvalEvery, scale),
            EvalMaxRows = Rows,
            Patience = 0,
            Reported = ReportedEvaluation.Best,
            Data = options.Data.FewShot is null ? options.Data with { MaxRows = Rows, FirstRows = true } : options.Data,
        };
    }

    private static int Scaled(int count, double scale) => Math.Max(1, (int)Math.Round(count * scale, MidpointRounding.AwayFromZero));
}
