using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using MobiZO.Cli.Commands;
using MobiZO.Cli.Help;

namespace MobiZO.Cli;

/// <summary>The root command; every command is one line here.</summary>
internal static class MobizoCommand
{
    public const string Name = "mobizo";

    // Most of a start is spent on building options, so that only the command that was called has its own.
    private static readonly (string Name, string Summary, Func<Command> Create)[] s_commands =
    [
        (QuickstartCommand.Name, QuickstartCommand.Summary, QuickstartCommand.Create),
        (TrainCommand.Name, TrainCommand.Summary, TrainCommand.Create),
        (EvalCommand.Name, EvalCommand.Summary, EvalCommand.Create),
        (TasksCommand.Name, TasksCommand.Summary, TasksCommand.Create),
        (GenerateCommand.Name, GenerateCommand.Summary, GenerateCommand.Create),
        (InspectCommand.Name, InspectCommand.Summary, InspectCommand.Create),
        (FamiliesCommand.Name, FamiliesCommand.Summary, FamiliesCommand.Create),
        (ExportCommand.Name, ExportCommand.Summary, ExportCommand.Create),
        (ConvertCommand.Name, ConvertCommand.Summary, ConvertCommand.Create),
        (MergeCommand.Name, MergeCommand.Summary, MergeCommand.Create),
        (ReplayCommand.Name, ReplayCommand.Summary, ReplayCommand.Create),
    ];

    /// <summary>The root command with all commands and all their options.</summary>
    public static RootCommand Create() => Create([.. s_commands.Select(command => command.Name)]);

    /// <summary>The root command; only the commands that the arguments name have their options.</summary>
    /// <param name="args">The arguments after the program's name.</param>
    public static RootCommand Create(IReadOnlyList<string> args)
    {
        var root = new RootCommand("Fine-tunes local language models inside the engine that runs them.");
        foreach (var (name, summary, create) in s_commands)
        {
            root.Add(args.Contains(name, StringComparer.Ordinal) ? create() : new Command(name, summary));
        }

        root.HelpName = Name;
        foreach (var option in root.Options)
        {
            if (option is HelpOption help)
            {
                help.Action = new HelpRequest(isAll: false);
                help.Description = "Show this help.";
            }
            else if (option is VersionOption version)
            {
                version.Action = new VersionRequest();
                version.Description = "Show the version.";
            }
        }

        root.Add(
            new Option<bool>("--help-all")
            {
                Description = "Show the help with the options that few need.",
                Arity = ArgumentArity.Zero,
                Recursive = true,
                Action = new HelpRequest(isAll: true),
            }
        );
        return root;
    }

    private sealed class HelpRequest(bool isAll) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            HelpWriter.Write(parseResult.CommandResult.Command, parseResult.InvocationConfiguration.Output, isAll);
            return ExitCodes.Success;
        }
    }

    private sealed class VersionRequest : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine($"{Name} {typeof(FineTuner).Assembly.GetName().Version?.ToString(3)}");
            return ExitCodes.Success;
        }
    }
}
