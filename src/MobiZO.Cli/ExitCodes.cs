namespace MobiZO.Cli;

/// <summary>What the process returns; documented in the help and in docs/cli.md.</summary>
internal static class ExitCodes
{
    public const int Success = 0;
    public const int Failed = 1;
    public const int Usage = 2;
    public const int Input = 3;
    public const int Output = 4;
    public const int Stopped = 130;

    /// <summary>Every code with its meaning.</summary>
    public static IReadOnlyList<(int Code, string Meaning)> All { get; } =
    [
        (Success, "success"),
        (Failed, "the work failed: training diverged, the engine reported an error"),
        (Usage, "wrong usage: unknown option, invalid or unfitting settings"),
        (Input, "bad input: model, data, adapter or run missing, damaged or not supported"),
        (Output, "output: the folder already holds a run, or cannot be written"),
        (Stopped, "stopped by the user; a training run can be resumed"),
    ];
}
