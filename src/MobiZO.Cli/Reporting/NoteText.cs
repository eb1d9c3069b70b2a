using MobiZO.Cli.Options;
using MobiZO.Training;

namespace MobiZO.Cli.Reporting;

/// <summary>What a run says about itself, in the words of the command line.</summary>
internal static class NoteText
{
    public static string Line(RunNote note) => (note.IsWarning ? "warning: " : "") + OptionNames.Translate(note.Text);
}
