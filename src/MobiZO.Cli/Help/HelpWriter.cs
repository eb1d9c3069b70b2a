using System.CommandLine;

namespace MobiZO.Cli.Help;

/// <summary>Writes the help of a command: usage, options by purpose with their defaults, an example.</summary>
internal static class HelpWriter
{
    private const int Width = 110;
    private const int TextColumn = 36;

    /// <summary>The command with its parents, as typed.</summary>
    public static string FullName(Command command) => command is RootCommand ? MobizoCommand.Name : $"{MobizoCommand.Name} {command.Name}";

    public static void Write(Command command, TextWriter output)
    {
        output.WriteLine(command.Description);
        output.WriteLine();
        var usage = command is DocumentedCommand { Usage: var written } ? written : command.Subcommands.Count > 0 ? "<command> [options]" : "[options]";
        output.WriteLine($"Usage: {FullName(command)} {usage}");
        WriteArguments(command, output);
        WriteCommands(command, output);
        var sections = command is DocumentedCommand { Sections: var known } ? known : [];
        foreach (var section in sections)
        {
            WriteSection(section, output);
        }

        var shown = sections.SelectMany(section => section.Entries).Select(entry => entry.Option).ToHashSet();
        HelpEntry[] others = [.. command.Options.Where(option => !option.Hidden && !shown.Contains(option)).Select(option => new HelpEntry(option, null))];
        if (others.Length > 0)
        {
            WriteSection(new HelpSection(sections.Count > 0 ? "Other" : "Options", others), output);
        }

        if (command is DocumentedCommand { Example: var example })
        {
            output.WriteLine();
            output.WriteLine("Example");
            output.WriteLine($"  {example}");
        }

        if (command is RootCommand)
        {
            WriteExitCodes(output);
        }
    }

    private static void WriteArguments(Command command, TextWriter output)
    {
        if (command.Arguments.Count == 0)
        {
            return;
        }

        output.WriteLine();
        output.WriteLine("Arguments");
        foreach (var argument in command.Arguments)
        {
            WriteEntry($"<{argument.Name}>", argument.Description ?? "", output);
        }
    }

    private static void WriteCommands(Command command, TextWriter output)
    {
        if (command.Subcommands.Count == 0)
        {
            return;
        }

        output.WriteLine();
        output.WriteLine("Commands");
        foreach (var child in command.Subcommands.Where(child => !child.Hidden))
        {
            WriteEntry(child.Name, child.Description ?? "", output);
        }

        output.WriteLine();
        output.WriteLine($"'{FullName(command)} <command> --help' shows the options of a command with their defaults.");
    }

    private static void WriteSection(HelpSection section, TextWriter output)
    {
        output.WriteLine();
        output.WriteLine(section.Title);
        foreach (var (option, defaultText) in section.Entries)
        {
            var names = string.Join(", ", option.Aliases.Where(alias => alias.Length <= 2 || alias.StartsWith("--", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Prepend(option.Name));
            var value = option.HelpName is { } name ? $" <{name}>" : "";
            var isFlag = option.Arity.MaximumNumberOfValues == 0;
            WriteEntry(names + value, (option.Description ?? "") + (defaultText is null || isFlag ? "" : $" [default: {defaultText}]"), output);
        }
    }

    private static void WriteExitCodes(TextWriter output)
    {
        output.WriteLine();
        output.WriteLine("Exit codes");
        foreach (var (code, meaning) in ExitCodes.All)
        {
            WriteEntry(FormattableString.Invariant($"{code}"), meaning, output);
        }
    }

    private static void WriteEntry(string name, string text, TextWriter output)
    {
        var first = $"  {name}";
        var lines = Wrap(text, Width - TextColumn);
        if (first.Length > TextColumn - 2)
        {
            output.WriteLine(first);
            first = "";
        }

        foreach (var line in lines)
        {
            output.WriteLine((first.PadRight(TextColumn) + line).TrimEnd());
            first = "";
        }
    }

    private static List<string> Wrap(string text, int width)
    {
        var lines = new List<string> { "" };
        foreach (var word in text.Split(' '))
        {
            if (lines[^1].Length > 0 && lines[^1].Length + 1 + word.Length > width)
            {
                lines.Add("");
            }

            lines[^1] += lines[^1].Length == 0 ? word : $" {word}";
        }

        return lines;
    }
}
