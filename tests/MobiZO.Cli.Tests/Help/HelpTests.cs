using System.Text.RegularExpressions;
using MobiZO.Cli.Help;
using MobiZO.TestKit;

namespace MobiZO.Cli.Tests.Help;

public sealed partial class HelpTests
{
    private const int MostOptions = 25;
    private const string UpdateVariable = "MOBIZO_UPDATE_SNAPSHOTS";

    public static TheoryData<string> Commands { get; } = ["", .. MobizoCommand.Create().Subcommands.Select(command => command.Name)];

    /// <summary>Commands whose short help leaves options out.</summary>
    public static TheoryData<string> LongCommands { get; } =
    [
        .. MobizoCommand
            .Create()
            .Subcommands.OfType<DocumentedCommand>()
            .Where(command => command.Common is not null)
            .Select(command => command.Name),
    ];

    [Theory]
    [MemberData(nameof(Commands))]
    public Task HelpIsTheCommittedText(string command) => Check(command, "--help", command.Length == 0 ? "mobizo" : command);

    [Theory]
    [MemberData(nameof(LongCommands))]
    public Task TheWholeHelpIsTheCommittedText(string command) => Check(command, "--help-all", $"{command}-all");

    [Theory]
    [MemberData(nameof(LongCommands))]
    public async Task TheShortHelpIsShortAndSaysWhereTheRestIs(string command)
    {
        var (help, all) = ((await Cli.RunAsync(command, "--help")).Output, (await Cli.RunAsync(command, "--help-all")).Output);

        var (shown, known) = (OptionsIn(help), OptionsIn(all));
        Assert.InRange(shown.Length, 5, MostOptions);
        Assert.Contains($"'mobizo {command} --help-all' shows all {known.Length} options.", help, StringComparison.Ordinal);
        Assert.Empty(shown.Except(known));
        var created = MobizoCommand.Create().Subcommands.Single(candidate => candidate.Name == command);
        Assert.Equal(created.Options.Select(option => option.Name).Order(StringComparer.Ordinal), known.Order(StringComparer.Ordinal));
        Assert.Empty(((DocumentedCommand)created).Common!.Except(shown));
    }

    [Fact]
    public async Task TheHelpOfTrainingEndsWithTheRunFile()
    {
        var result = await Cli.RunAsync("train", "--help");

        var end = result.Output[result.Output.IndexOf("Example", StringComparison.Ordinal)..];
        Assert.Contains("--help-all", end, StringComparison.Ordinal);
        Assert.Contains("--config", end, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void EveryOptionAndCommandIsDescribed(string command)
    {
        var root = MobizoCommand.Create();
        var described = command.Length == 0 ? root : root.Subcommands.Single(candidate => candidate.Name == command);

        Assert.False(string.IsNullOrWhiteSpace(described.Description));
        Assert.All(described.Options, option => Assert.False(string.IsNullOrWhiteSpace(option.Description), option.Name));
    }

    private static async Task Check(string command, string option, string name)
    {
        var result = await Cli.RunAsync([.. command.Length == 0 ? Array.Empty<string>() : [command], option]);

        Assert.Equal(0, result.ExitCode);
        Assert.Empty(result.Error);
        var path = Path.Combine(Shared.Repository, "tests", "MobiZO.Cli.Tests", "Help", $"{name}.txt");
        var help = result.Output.ReplaceLineEndings("\n");
        if (Environment.GetEnvironmentVariable(UpdateVariable) == "1")
        {
            await File.WriteAllTextAsync(path, help);
        }

        Assert.True(File.Exists(path), $"{path} is missing; run the tests with {UpdateVariable}=1 to write it");
        var expected = (await File.ReadAllTextAsync(path)).ReplaceLineEndings("\n");
        Assert.True(
            expected == help,
            $"the help '{name}' changed; run the tests with {UpdateVariable}=1 if it should:\n{Difference(expected, help)}"
        );
    }

    private static string[] OptionsIn(string help) => [.. Option().Matches(help).Select(match => match.Groups[1].Value)];

    private static string Difference(string expected, string actual)
    {
        var (old, now) = (expected.Split('\n'), actual.Split('\n'));
        return string.Join('\n', [.. old.Except(now).Select(line => $"- {line}"), .. now.Except(old).Select(line => $"+ {line}")]);
    }

    [GeneratedRegex("^  (--[a-z-]+)", RegexOptions.Multiline)]
    private static partial Regex Option();
}
