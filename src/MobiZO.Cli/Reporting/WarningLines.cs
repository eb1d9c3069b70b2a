using MobiZO.Cli.Options;
using MobiZO.Training;

namespace MobiZO.Cli.Reporting;

/// <summary>Writes warnings in the words of the command line, a line each.</summary>
internal sealed class WarningLines(TextWriter error) : IProgress<string>
{
    public void Report(string value) => error.WriteLine(NoteText.Line(new RunNote(value, IsWarning: true)));
}
