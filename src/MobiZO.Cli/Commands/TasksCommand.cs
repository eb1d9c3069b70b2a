using System.CommandLine;
using MobiZO.Cli.Help;
using MobiZO.Cli.Options;
using MobiZO.Data;
using MobiZO.Reporting;
using MobiZO.Tasks;

namespace MobiZO.Cli.Commands;

/// <summary>Lists the ready tasks, or shows one.</summary>
internal static class TasksCommand
{
    public const string Name = "tasks";
    public const string Summary = "Lists the ready tasks of 'train --task' and 'eval --task', or shows all of one.";

    private const string Usage = "[<task>] [--json]";
    private const string Example = "mobizo tasks rte";
    private const int NameWidth = 11;
    private const int MetricWidth = 10;

    public static Command Create()
    {
        var task = new Argument<string?>("task")
        {
            Description = "A task by its name, or a JSON file that describes one.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var json = OutputFlags.Json();
        var command = new DocumentedCommand(Name, Summary, Usage, Example);
        command.Add(task);
        command.Add(OutputFlags.Section(json));
        command.SetAction(result =>
        {
            var chosen = result.GetValue(task) is { } name ? ReadyTasks.Find(name) : null;
            var lines = (result.GetValue(json), chosen) switch
            {
                (true, null) => [ReportJson.Write(ReadyTasks.All)],
                (true, { } one) => [ReportJson.Write(one)],
                (false, null) => List(),
                (false, { } one) => Show(one),
            };
            foreach (var line in lines)
            {
                result.InvocationConfiguration.Output.WriteLine(line);
            }
        });
        return command;
    }

    private static IEnumerable<string> List() =>
        [
            Row("task", "metric", "what is asked for"),
            .. ReadyTasks.All.Select(task => Row(task.Name, task.Metric, task.Title)),
            $"'{MobizoCommand.Name} {Name} <task>' shows the template, the words and the files of one.",
        ];

    private static IEnumerable<string> Show(ReadyTask task)
    {
        yield return $"task       {task.Name}: {task.Title}";
        yield return $"metric     {task.Metric}, loss {OptionValue.Show(task.Loss)}";
        if (task.Source.Length > 0)
        {
            yield return $"source     {task.Source}";
        }

        yield return $"template   {OneLine(task.Template)}";
        foreach (var field in task.Fields ?? [])
        {
            yield return $"field      {field.Name} = {OneLine(field.Pattern)}";
        }

        if (task.RowsIn is { } rows)
        {
            yield return $"rows in    {string.Join(", ", rows)}";
        }

        var areLetters = LabelWord.AreLetters(task.LabelWords);
        if (areLetters)
        {
            yield return $"words      {LabelWord.Letters[0].Word}: a letter for each label";
        }

        foreach (var word in (areLetters ? [] : task.LabelWords ?? []).GroupBy(word => word.Word, StringComparer.Ordinal))
        {
            yield return $"word       '{word.Key}' for {string.Join(", ", word.Select(label => label.Label))}";
        }

        yield return $"training   {string.Join(", ", task.TrainFiles)}";
        yield return $"evaluation {string.Join(", ", task.EvalFiles)}";
        if (task.Folders.Count > 0)
        {
            yield return $"folders    {string.Join(", ", task.Folders)}";
        }
    }

    private static string Row(string name, string metric, string title) => name.PadRight(NameWidth) + metric.PadRight(MetricWidth) + title;

    private static string OneLine(string text) => text.Replace("\n", "\\n", StringComparison.Ordinal);
}
