using MobiZO.Scoring;

namespace MobiZO.Tests.Scoring;

/// <summary>A command as a score; its programs are those of every Unix.</summary>
public sealed class ScoreCommandTests
{
    private static readonly WrittenAnswer[] s_answers = [new("Say ä:", " ä\n\"x\"", " ä"), new("p", "", "e"), new("q", "yes", "yes")];

    [Fact]
    public void ReadsALineAnAnswer()
    {
        // Prints the number of each line, and keeps what it read.
        var file = Path.GetTempFileName();
        try
        {
            Assert.Equal([1, 2, 3], new ScoreCommand($"tee '{file}' | cat -n | cut -f 1").Score(s_answers, default));
            Assert.Equal(
                [
                    """{"prompt":"Say ä:","answer":" ä\n\"x\"","expected":" ä"}""",
                    """{"prompt":"p","answer":"","expected":"e"}""",
                    """{"prompt":"q","answer":"yes","expected":"yes"}""",
                ],
                File.ReadAllLines(file)
            );
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("cat > /dev/null; echo 1; echo 2", "it printed 2 lines for 3 answers")]
    [InlineData("cat > /dev/null; echo 1; echo good; echo 3", "it printed 'good' for the answer ''")]
    [InlineData("cat > /dev/null; echo 1; echo 2; echo nan", "it printed 'nan' for the answer 'yes'")]
    [InlineData("echo no such file >&2; exit 3", "it exited with 3 and said: no such file")]
    [InlineData("exit 4", "it exited with 4")]
    public void FailuresAreTold(string command, string expected)
    {
        var error = Assert.Throws<FineTuneException>(() => new ScoreCommand(command).Score(s_answers, default));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.StartsWith("ScoreOptions.Command", error.Message, StringComparison.Ordinal);
        Assert.Equal(FineTuneFailure.Training, error.Failure);
    }

    [Fact]
    public void MoreThanAPipeHoldsGoesThrough()
    {
        WrittenAnswer[] many = [.. Enumerable.Range(0, 300).Select(_ => new WrittenAnswer(new string('p', 2000), "a", "e"))];
        Assert.Equal(300, new ScoreCommand("sed 's/.*/0.5/'").Score(many, default).Count(score => score == 0.5));
    }

    [Fact]
    public void AFunctionThatFailsIsTold()
    {
        Assert.Equal(
            [4, 0, 3],
            new FunctionScore(answer => answer.Answer.Length == 6 ? 4 : answer.Answer.Length).Score(s_answers, default)
        );
        var broken = new FunctionScore(_ => throw new InvalidOperationException("no schema"));
        var error = Assert.Throws<FineTuneException>(() => broken.Score(s_answers, default));
        Assert.Contains("failed with InvalidOperationException: no schema", error.Message, StringComparison.Ordinal);
        Assert.Equal(FineTuneFailure.Training, error.Failure);
        Assert.Contains(
            "is NaN",
            Assert.Throws<FineTuneException>(() => new FunctionScore(_ => double.NaN).Score(s_answers, default)).Message
        );
    }
}
