using MobiZO.TrainBench.Commands;
using MobiZO.TrainBench.Texts;

namespace MobiZO.TrainBench.Tests.Texts;

public sealed class TextRowsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mobizo-rows-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Messages_are_halved_between_words_and_short_and_double_ones_are_left_out()
    {
        var file = Write("ham\tone two three four five six seven\nspam\ta b c d e f g h i\nham\ta b c d e f g h i\n");
        Assert.Equal([new TextRow("Message: a b c d\nContinued:", " e f g h i")], TextRows.Halves(file));
    }

    [Fact]
    public void Subjects_are_asked_of_the_first_mail_that_has_them()
    {
        var file = Write(
            """
            {"subject":"Hello","body":"first","label":"ham"}
            {"subject":"Re: Hello","body":"second","label":"ham"}
            {"subject":"Hello","body":"third","label":"ham"}
            """
        );
        Assert.Equal([new TextRow("Mail: first\nSubject:", " Hello")], TextRows.Subjects(file));
    }

    [Fact]
    public async Task The_command_writes_both_files_and_refuses_too_few_rows()
    {
        var output = Path.Combine(_folder, "rows");
        Assert.Equal(0, await RunAsync("--kind", "reasoning", "--train-rows", "5", "--eval-rows", "2", "--output", output));
        Assert.Equal(5, File.ReadLines(Path.Combine(output, "train.jsonl")).Count());
        Assert.Equal(2, File.ReadLines(Path.Combine(output, "eval.jsonl")).Count());
        Assert.Equal(1, await RunAsync("--kind", "halves", "--output", output));
        Assert.Equal(1, await RunAsync("--kind", "halves", "--data", Write("ham\ta b c d e f g h\n"), "--output", output));
    }

    private static Task<int> RunAsync(params string[] args) => TrainBenchCommand.RunAsync(["rows", .. args]);

    private string Write(string text)
    {
        var path = Path.Combine(_folder, "data");
        File.WriteAllText(path, text);
        return path;
    }
}
