using System.CommandLine;
using MobiZO.Cli.Help;

namespace MobiZO.Cli;

/// <summary>Explains arguments that could not be understood, and names the option that was probably meant.</summary>
internal static class UsageError
{
    public static int Write(ParseResult parsed, TextWriter error)
    {
        var command = parsed.CommandResult.Command;
        var name = HelpWriter.FullName(command);
        if (parsed.UnmatchedTokens.Count == 0 && command is RootCommand)
        {
            HelpWriter.Write(command, error);
            return ExitCodes.Usage;
        }

        foreach (var message in Messages(parsed, command))
        {
            error.WriteLine($"error: {message}");
        }

        error.WriteLine($"See '{name} --help'.");
        return ExitCodes.Usage;
    }

    private static IEnumerable<string> Messages(ParseResult parsed, Command command)
    {
        if (parsed.UnmatchedTokens.Count == 0)
        {
            return parsed.Errors.Select(problem => problem.Message).Distinct();
        }

        // What follows an unknown option is most likely its value, and one message is enough.
        string[] options = [.. parsed.UnmatchedTokens.Where(token => token.StartsWith('-') && token.Length > 1)];
        var known = command.Options.SelectMany(candidate => candidate.Aliases.Prepend(candidate.Name));
        return options.Length > 0
            ? options.Select(option => $"unknown option '{option}'.{Suggest(option, known)}")
            : [Argument(parsed.UnmatchedTokens[0], command)];
    }

    private static string Argument(string token, Command command) =>
        command.Subcommands.Count > 0
            ? $"unknown command '{token}'.{Suggest(token, command.Subcommands.Select(known => known.Name))}"
            : $"unexpected argument '{token}'. Quote values with spaces.";

    private static string Suggest(string written, IEnumerable<string> known)
    {
        return NearestName.Of(written.Split('=', 2)[0], known) is { } nearest ? $" Did you mean '{nearest}'?" : "";
    }
}
