using MobiZO.Journal;

namespace MobiZO.Cli.Reporting;

/// <summary>What steps cost, in a line.</summary>
internal static class WorkText
{
    public static string Line(StepWork work) =>
        $"{Quantity.Number(work.RowForwards)} rows forward" + (work.Tokens is { } tokens ? $", {Quantity.Number(tokens)} tokens" : "");
}
