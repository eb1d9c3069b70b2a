using System.CommandLine;
using System.CommandLine.Parsing;
using MobiZO.Data;

namespace MobiZO.Cli.Options;

/// <summary>
/// The three options for the words of labels. One that is given takes the place of words from a run, a task or a run file, whichever of the
/// three these came by.
/// </summary>
internal static class WordOptions
{
    private static readonly string[] s_names = ["--choices", "--label-words", "--label-words-file"];

    /// <summary>The rows without their words where the command line gives others.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="data">The rows of the run, the task or the run file.</param>
    public static DataOptions Before(ParseResult result, DataOptions data) =>
        result.CommandResult.Children.OfType<OptionResult>().Any(child => !child.Implicit && s_names.Contains(child.Option.Name))
            ? Without(data)
            : data;

    /// <summary>What a run file makes of a run: the words of the run stay where the file has none.</summary>
    /// <param name="run">The run.</param>
    /// <param name="read">Reads the file on top of a run.</param>
    public static FineTuneOptions ReadOver(FineTuneOptions run, Func<FineTuneOptions, FineTuneOptions> read)
    {
        var found = read(run with { Data = Without(run.Data) });
        return found.Data is { Choices: null, LabelWords: null, LabelWordsFile: null }
            ? found with
            {
                Data = found.Data with
                {
                    Choices = run.Data.Choices,
                    LabelWords = run.Data.LabelWords,
                    LabelWordsFile = run.Data.LabelWordsFile,
                },
            }
            : found;
    }

    private static DataOptions Without(DataOptions data) => data with { Choices = null, LabelWords = null, LabelWordsFile = null };
}
