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

    public static RootCommand Create()
    {
        var root = new RootCommand("Fine-tunes local language models with forward passes only.")
        {
            QuickstartCommand.Create(),
            TrainCommand.Create(),
            EvalCommand.Create(),
            GenerateCommand.Create(),
            InspectCommand.Create(),
            ExportCommand.Create(),
            ReplayCommand.Create(),
        };
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
