using MobiZO.TestKit;
using MobiZO.TrainBench.Commands;
using MobiZO.TrainBench.Race;

namespace MobiZO.TrainBench.Tests.Commands;

/// <summary>bench/README.md says what the program does.</summary>
public sealed class GuideTests
{
    private const string Program = "--project bench/MobiZO.TrainBench -- ";

    private static readonly string[] s_page = File.ReadAllLines(Path.Combine(Shared.Repository, "bench", "README.md"));

    [Fact]
    public void Every_command_is_in_the_table() =>
        Assert.All(
            TrainBenchCommand.Create().Subcommands.Where(command => !command.Hidden),
            command => Assert.Contains(s_page, line => line.StartsWith($"| `{command.Name}` |", StringComparison.Ordinal))
        );

    [Fact]
    public void Example_lines_are_understood()
    {
        var lines = s_page
            .Where(line =>
                line.StartsWith("    dotnet run", StringComparison.Ordinal)
                && line.Contains(Program, StringComparison.Ordinal)
                && !line.Contains("<command>", StringComparison.Ordinal)
            )
            .ToList();
        Assert.Equal(10, lines.Count);
        Assert.All(
            lines,
            line =>
            {
                var arguments = line[(line.IndexOf(Program, StringComparison.Ordinal) + Program.Length)..];
                Assert.Empty(TrainBenchCommand.Create().Parse(arguments).Errors);
            }
        );
    }

    [Fact]
    public void The_task_of_the_guide_is_a_task()
    {
        var json = s_page.SkipWhile(line => line != "```json").Skip(1).TakeWhile(line => line != "```");
        var file = Path.GetTempFileName();
        File.WriteAllLines(file, json);
        var task = RaceTasks.Find(file);
        File.Delete(file);
        Assert.Equal(@"{text}\nSentiment:", task.Template);
        Assert.Empty(task.CreateRun("model", "data", "out", 1).Validate());
    }
}
