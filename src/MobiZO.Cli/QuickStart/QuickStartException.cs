namespace MobiZO.Cli.QuickStart;

/// <summary>The quick start's own set-up failed. The message says what to do.</summary>
internal sealed class QuickStartException(string message) : Exception(message);
