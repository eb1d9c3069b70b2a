using MobiZO.Data;
using MobiZO.Runs;

namespace MobiZO.Cli.Tests.Commands;

/// <summary>Words that are given take the place of those of a run, a task or a run file, whichever option either came by.</summary>
public sealed class WordsCommandTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public WordsCommandTests() => File.WriteAllText(_workspace.PathOf("words.tsv"), "0\tbad\n1\tgood\n");

    private string Words => _workspace.PathOf("words.tsv");

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public async Task EvaluationsReplaceTheWordsOfARun()
    {
        await Run(Train("run", "--label-words", "0= poor,1= rich"));

        (string Option, string Value, string Word)[] given =
        [
            ("--choices", " cold, warm", " warm"),
            ("--label-words-file", Words, " good"),
            ("--label-words", "0= low,1= high", " high"),
        ];
        foreach (var (option, value, word) in given)
        {
            var result = await Run("eval", "--run", _workspace.PathOf("run"), "--data", _workspace.Data, option, value);
            Assert.Contains(word, result.Output, StringComparison.Ordinal);
            Assert.DoesNotContain(" rich", result.Output, StringComparison.Ordinal);
        }

        var both = await Cli.RunAsync([
            "eval",
            "--run",
            _workspace.PathOf("run"),
            "--data",
            _workspace.Data,
            "--choices",
            " a, b",
            "--label-words-file",
            Words,
        ]);
        Assert.Equal(ExitCodes.Usage, both.ExitCode);
        Assert.Contains("--label-words-file is given beside", both.Error, StringComparison.Ordinal);
    }

    /// <summary>The command line of a run that is started again with --resume, and its run file, give the words once more.</summary>
    [Fact]
    public async Task ARunOfAFileOfWordsGoesOnWithItsOwnCommandLine()
    {
        string[] train = Train("run", "--label-words-file", Words);
        await Run(train);
        Assert.Equal(
            [new LabelWord("0", " bad"), new LabelWord("1", " good")],
            new RunFolder(_workspace.PathOf("run")).ReadConfig().Data.LabelWords!
        );
        await Run([.. train, "--resume"]);

        var file = _workspace.PathOf("run.yaml");
        await File.WriteAllTextAsync(file, $"data:\n  label_words_file: words.tsv\noutput: {_workspace.PathOf("run")}\n");
        await Run("train", "--config", file, "--resume");

        // A file without words changes none.
        await File.WriteAllTextAsync(file, $"output: {_workspace.PathOf("run")}\n");
        await Run("train", "--config", file, "--resume");
    }

    [Theory]
    [InlineData("--label-words-file")]
    [InlineData("--choices")]
    public async Task TheWordsOfATaskAreReplaced(string option)
    {
        var folder = Directory.CreateDirectory(_workspace.PathOf("sst2")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "train.tsv"), "sentence\tlabel\nfine\t1\npoor\t0\n");
        var words = option == "--choices" ? " bad, good" : Words;
        string[] task = ["--task", "sst2", "--data-dir", folder, option, words];

        var result = await Run(["train", "--model", Cli.Nano, .. task, "--dry-run", .. Workspace.Engine]);

        Assert.DoesNotContain("terrible", result.Output, StringComparison.Ordinal);
        Assert.Contains(option == "--choices" ? "good" : "label_words_file: ", result.Output, StringComparison.Ordinal);
    }

    private string[] Train(string run, params string[] words)
    {
        string[] all = [.. _workspace.Train(run)];
        var choices = Array.IndexOf(all, "--choices");
        return [.. all[..choices], .. all[(choices + 2)..], "--steps", "1", "--target-modules", "q", .. words];
    }

    private static async Task<CliResult> Run(params string[] arguments)
    {
        var result = await Cli.RunAsync(arguments);
        Assert.True(result.ExitCode == 0, result.Error);
        return result;
    }
}
