using Spectre.Console;

namespace MobiZO.TrainBench.Reporting;

/// <summary>Where results and talk go: tables on standard output, talk on standard error.</summary>
internal static class Output
{
    /// <summary>A drawn table on a terminal; Markdown in a pipe or file.</summary>
    public static void Write(ReportTable table)
    {
        if (Console.IsOutputRedirected)
        {
            foreach (var line in MarkdownTable.Lines(table).Append(""))
            {
                Console.Out.WriteLine(line);
            }

            return;
        }

        var drawn = new Table().Border(TableBorder.Rounded).Title(Markup.Escape(table.Title));
        foreach (var column in table.Columns)
        {
            drawn.AddColumn(new TableColumn(Markup.Escape(column)).NoWrap());
        }

        foreach (var row in table.Rows)
        {
            drawn.AddRow([.. row.Select(Markup.Escape)]);
        }

        AnsiConsole.Write(drawn);
    }

    public static void Tell(string line) => Console.Error.WriteLine(line);
}
