using Spectre.Console;

namespace MobiZO.Cli.Reporting;

/// <summary>Chooses a display: live on a terminal, lines everywhere else.</summary>
internal static class RunDisplay
{
    public static IRunDisplay For(TextWriter error, FineTuneOptions? options = null)
    {
        if (!ReferenceEquals(error, Console.Error) || Console.IsErrorRedirected)
        {
            return new PlainDisplay(error, options);
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error) });
        return console.Profile.Capabilities.Interactive && console.Profile.Capabilities.Ansi
            ? new LiveDisplay(new StatusBlock(error, () => console.Profile.Width), options)
            : new PlainDisplay(error, options);
    }
}
