using System.CommandLine;

namespace MobiZO.Cli.Help;

/// <summary>Writes the help of a command: usage, options by purpose with their defaults, an example.</summary>
internal static class HelpWriter
{
    private const int Width = 110;
    private const int TextColumn = 36;

    // Keeps a default on one line; written as an ordinary space.
    private const char NonBreaking = '\u00A0';

    /// <summary>The command with its parents, as typed.</summary>
    public static string FullName(Command command) => command is RootCommand ? MobizoCommand.Name : $"{MobizoCommand.Name} {command.Name}";

    /// <summary>Writes the help.</summary>
    /// <param name="command">The command.</param>
    /// <param name="output">Where to.</param>
    /// <param name="isAll">Whether the options that few need are shown too.</param>
    public static void Write(Command command, TextWriter output, bool isAll = false)
    {
        output.WriteLine(command.Description);
        output.WriteLine();
        var usage = (command as DocumentedCommand)?.Usage ?? (command.Subcommands.Count > 0 ? "<command> [options]" : "[options]");
        output.WriteLine($"Usage: {FullName(command)} {usage}");
        WriteArguments(command, output);
        WriteCommands(command, output);
        var documented = command as DocumentedCommand;
        var sections = documented?.Sections ?? [];
        foreach (var section in documented?.SectionsOf(isAll) ?? [])
        {
            WriteSection(section, output);
        }

        var shown = sections.SelectMany(section => section.Entries).Select(entry => entry.Option).ToHashSet();
        var rest = command.Options.Where(option => !option.Hidden && !shown.Contains(option));
        HelpEntry[] others = [.. rest.Select(option => new HelpEntry(option, null))];
        if (others.Length > 0)
        {
            WriteSection(new HelpSection(sections.Count > 0 ? "Other" : "Options", others), output);
        }

        if (documented is not null)
        {
            WriteEnd(documented, isAll, output);
        }

        if (command is RootCommand)
        {
            WriteExitCodes(output);
        }
    }

    private static void WriteEnd(DocumentedCommand command, bool isAll, TextWriter output)
    {
        output.WriteLine();
        output.WriteLine("Example");
        foreach (var line in command.Example.ReplaceLineEndings("\n").Split('\n'))
        {
            output.WriteLine($"  {line}");
        }

        var all = command.Sections.Sum(section => section.Entries.Count);
        var hasMore = !isAll && command.SectionsOf(isAll).Sum(section => section.Entries.Count) < all;
        var more = hasMore ? FormattableString.Invariant($"'{FullName(command)} --help-all' shows all {all} options.") : null;
        if (more is not null || command.Remark is not null)
        {
            output.WriteLine();
            foreach (var line in new[] { more, command.Remark }.OfType<string>())
            {
                output.WriteLine(line);
            }
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
            var names = string.Join(
                ", ",
                option.Aliases.Where(alias => alias[0] == '-' && alias != "-?").Order(StringComparer.Ordinal).Prepend(option.Name)
            );
            var value = option.HelpName is { } name ? $" <{name}>" : "";
            var isFlag = option.Arity.MaximumNumberOfValues == 0;
            WriteEntry(
                names + value,
                (option.Description ?? "") + (defaultText is null || isFlag ? "" : $" [default:{NonBreaking}{defaultText}]"),
                output
            );
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
            output.WriteLine((first.PadRight(TextColumn) + line.Replace(NonBreaking, ' ')).TrimEnd());
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
