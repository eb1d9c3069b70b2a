using MobiZO.TestKit;

namespace MobiZO.Cli.Tests.Help;

public sealed class HelpTests
{
    private const string UpdateVariable = "MOBIZO_UPDATE_SNAPSHOTS";

    public static TheoryData<string> Commands { get; } = ["", .. MobizoCommand.Create().Subcommands.Select(command => command.Name)];

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task HelpIsTheCommittedText(string command)
    {
        var result = await Cli.RunAsync([.. command.Length == 0 ? Array.Empty<string>() : [command], "--help"]);

        Assert.Equal(0, result.ExitCode);
        Assert.Empty(result.Error);
        var name = command.Length == 0 ? "mobizo" : command;
        var path = Path.Combine(Shared.Repository, "tests", "MobiZO.Cli.Tests", "Help", $"{name}.txt");
        var help = result.Output.ReplaceLineEndings("\n");
        if (Environment.GetEnvironmentVariable(UpdateVariable) == "1")
        {
            await File.WriteAllTextAsync(path, help);
        }

        Assert.True(File.Exists(path), $"{path} is missing; run the tests with {UpdateVariable}=1 to write it");
        var expected = (await File.ReadAllTextAsync(path)).ReplaceLineEndings("\n");
        Assert.True(expected == help, $"the help of '{name}' changed; run the tests with {UpdateVariable}=1 if it should:\n{Difference(expected, help)}");
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

    private static string Difference(string expected, string actual)
    {
        var (old, now) = (expected.Split('\n'), actual.Split('\n'));
        return string.Join('\n', [.. old.Except(now).Select(line => $"- {line}"), .. now.Except(old).Select(line => $"+ {line}")]);
    }
}
