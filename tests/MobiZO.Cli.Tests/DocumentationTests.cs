using MobiZO.Tasks;
using MobiZO.TestKit;

namespace MobiZO.Cli.Tests;

public sealed class DocumentationTests
{
    private static readonly string s_page = File.ReadAllText(Path.Combine(Shared.Repository, "docs", "cli.md"));

    [Fact]
    public void ThePageListsEveryExitCode() =>
        Assert.All(ExitCodes.All, pair => Assert.Contains($"| {pair.Code} | {pair.Meaning} |", s_page, StringComparison.Ordinal));

    [Fact]
    public void ThePageListsEveryCommand() =>
        Assert.All(
            MobizoCommand.Create().Subcommands,
            command => Assert.Contains($"| `{command.Name}` |", s_page, StringComparison.Ordinal)
        );

    [Fact]
    public void ThePageOfTasksHasEveryPrompt()
    {
        var page = File.ReadAllText(Path.Combine(Shared.Repository, "docs", "tasks.md"));

        Assert.All(
            ReadyTasks.All,
            task =>
                Assert.Contains(
                    $"| `{task.Name}` | `{task.Template.Replace("\n", "\\n", StringComparison.Ordinal)}` | ",
                    page,
                    StringComparison.Ordinal
                )
        );
    }
}
