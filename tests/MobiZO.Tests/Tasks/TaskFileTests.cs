using MobiZO.Data;
using MobiZO.Evaluation;
using MobiZO.Scoring;
using MobiZO.Tasks;

namespace MobiZO.Tests.Tasks;

/// <summary>Files that describe tasks, and what a task measures.</summary>
public sealed class TaskFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mobizo-task-files-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("{\n\"name\": \"a\",\n\"titel\": \"b\"}", "'titel'")]
    [InlineData("{\n\"name\": \"a\",\n", "line 3")]
    [InlineData("{\"name\":\"a\",\"title\":\"b\",\"metric\":\"accuracy\"}", "template")]
    [InlineData(
        """{"name":"a","title":"b","metric":"accuracy","template":"{x","label_words":{"0":"a","1":"b"}}""",
        "a '{' that is not closed"
    )]
    [InlineData("""{"name":"a","title":"b","metric":"accuracy","template":"{x}","fields":{"x":"{y:upper}"}}""", "the change 'upper'")]
    [InlineData("""{"name":"a","title":"b","metric":"acc","template":"{x}"}""", "key 'metric': expected one of accuracy, F1")]
    [InlineData("""{"name":"a","title":"b","metric":"F1","template":"{x}","label_words":{"0":"a","1":"b"}}""", "is of written answers")]
    [InlineData("""{"name":"a","title":"b","metric":"accuracy","template":["x"]}""", "key 'template': expected a text, found an array")]
    [InlineData(
        """{"name":"a","title":"b","metric":"accuracy","template":"{x}","folders":"d"}""",
        "key 'folders': expected an array of texts"
    )]
    [InlineData(
        """{"name":"a","title":"b","metric":"accuracy","template":"{x}","label_words":{"0":"a"}}""",
        "'label_words' has fewer than 2"
    )]
    [InlineData("[]", "found an array")]
    [InlineData("", "The text is empty.")]
    [InlineData("{\"name\": \"a", "The text ends before its JSON does.")]
    [InlineData(
        """{"name":"a","title":"b","metric":"accuracy","template":"{x}","label_words":"letters"}""",
        "key 'label_words': expected an object of words by label, or the text '@letters'"
    )]
    public void ABrokenTaskFileIsRefusedByItsPlace(string json, string what)
    {
        var file = Write("task.json", json);

        var error = Assert.Throws<FineTuneException>(() => ReadyTask.Read(file));

        Assert.Equal(FineTuneFailure.Input, error.Failure);
        Assert.StartsWith(file, error.Message, StringComparison.Ordinal);
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("TaskDescription", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("isFinalBlock", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheLabelsOfATaskMayBeLetters()
    {
        var task = ReadyTask.Read(
            Write("letters.json", """{"name":"a","title":"b","metric":"accuracy","template":"{x}","label_words":"@letters"}""")
        );

        Assert.Equal(LabelWord.Letters, task.ApplyTo(new DataOptions()).LabelWords);
    }

    /// <summary>Other rows may have other labels, and the letters of the run are those that its adapter knows.</summary>
    [Fact]
    public void LettersThatARunHasDealtStay()
    {
        var task = ReadyTask.Read(
            Write("letters.json", """{"name":"a","title":"b","metric":"accuracy","template":"{x}","label_words":"@letters"}""")
        );
        LabelWord[] dealt = [new("a", " A") { IsLetter = true }, new("b", " B") { IsLetter = true }];

        Assert.Equal(dealt, task.ApplyTo(new DataOptions { LabelWords = dealt }).LabelWords);
        Assert.Equal(LabelWord.Letters, task.ApplyTo(new DataOptions { LabelWords = [new("a", " x"), new("b", " y")] }).LabelWords);
    }

    /// <summary>A run that answered messages says nothing of prompts that a task writes.</summary>
    [Fact]
    public void TasksOfLabelsHaveNoChatTemplate()
    {
        var chat = new DataOptions { ChatTemplate = ChatTemplateUse.Always };

        Assert.Null(ReadyTasks.Find("sst2").ApplyTo(chat).ChatTemplate);
        Assert.Null(ReadyTasks.Find("copa").ApplyTo(chat).ChatTemplate);
    }

    [Fact]
    public void TasksOfF1MeasureItAgainstEveryRightAnswer()
    {
        var task = ReadyTasks.Find("squad");
        var options = task.ApplyTo(
            new EvaluationOptions { Model = "m", DataFile = "d" } with
            {
                Data = new DataOptions(),
            },
            FolderOfSquad()
        );
        Assert.Equal(TextMetric.WordF1, options.Metric);
        Assert.Null(ReadyTasks.Find("sst2").AnswerMetric);

        // A metric that was asked for stays.
        var own = new EvaluationOptions
        {
            Model = "m",
            DataFile = "d",
            Metric = TextMetric.ExactMatch,
        };
        Assert.Equal(TextMetric.ExactMatch, task.ApplyTo(own, _folder).Metric);

        var row = Assert.Single(
            RowFields.Apply(DataFile.Read(options.DataFile, options.Data with { RowsIn = null, Fields = null }), options.Data)
        );
        Assert.Equal(["at 0", "0"], RightAnswers.Of(row, options.Data.CompletionsColumn));
    }

    private string FolderOfSquad()
    {
        Write(
            "validation.jsonl",
            """{"id":"a","title":"Ice","context":"Ice melts at 0.","question":"When?","answers":[{"text":"at 0"},{"text":"0"}]}"""
        );
        return _folder;
    }

    private string Write(string name, string content)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, content);
        return path;
    }
}
