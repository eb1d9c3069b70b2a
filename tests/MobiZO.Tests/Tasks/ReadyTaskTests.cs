using System.Text.Json;
using MobiZO.Data;
using MobiZO.Evaluation;
using MobiZO.Tasks;

namespace MobiZO.Tests.Tasks;

/// <summary>Rows written by hand in every layout that a task knows, and the prompts that must come of them.</summary>
public sealed class ReadyTaskTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mobizo-tasks-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static TheoryData<string> Names { get; } = [.. ReadyTasks.All.Select(task => task.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void EveryTaskIsSoundAndFoundByItsName(string name)
    {
        var task = ReadyTasks.Find(name.ToUpperInvariant().Replace('-', '_'));

        Assert.Equal(name, task.Name);
        Assert.Empty(task.ApplyTo(new DataOptions()).Validate());
        Assert.EndsWith("?", task.Title, StringComparison.Ordinal);
        Assert.Equal(task.Metric == "F1" ? LossKind.Tokens : LossKind.Choices, task.Loss);
        Assert.NotEmpty(task.Source);
    }

    [Theory]
    [InlineData("sst2", "dev.tsv", "sentence\tlabel\na warm film \t1\n", "a warm film It was", " great")]
    [InlineData("sst2", "dev.tsv", "sentence\tlabel\ndull .\t0\n", "dull . It was", " terrible")]
    [InlineData("rte", "dev.tsv", "index\tsentence1\tsentence2\tlabel\n0\tRain fell.\tIt was wet.\tentailment\n", Entailed, "Yes")]
    [InlineData(
        "rte",
        "val.jsonl",
        """{"premise":"Rain fell.","hypothesis":"It was wet.","label":"not_entailment","idx":0}""",
        Entailed,
        "No"
    )]
    [InlineData("rte", "validation.csv", "premise,hypothesis,label\nRain fell.,It was wet.,0\n", Entailed, "Yes")]
    [InlineData("boolq", "val.jsonl", """{"question":"is ice cold","passage":"Ice is frozen.","idx":0,"label":true}""", Ice, " Yes")]
    [InlineData(
        "boolq",
        "dev.jsonl",
        """{"question":"is ice cold?","title":"Ice","answer":false,"passage":"Ice is frozen."}""",
        Ice,
        " No"
    )]
    [InlineData(
        "wsc",
        "val.jsonl",
        """{"text":"Ann saw Eva. She waved.","target":{"span2_index":3,"span1_index":0,"span1_text":"Ann","span2_text":"She"},"label":true}""",
        "Ann saw Eva. She waved.\nIn the previous sentence, does the pronoun \"she\" refer to Ann? Yes or No?\n",
        "Yes"
    )]
    [InlineData(
        "wsc",
        "validation.csv",
        "text,span1_text,span2_text,label\nAnn saw Eva. She waved.,Eva,She,0\n",
        "Ann saw Eva. She waved.\nIn the previous sentence, does the pronoun \"she\" refer to Eva? Yes or No?\n",
        "No"
    )]
    [InlineData(
        "wic",
        "val.jsonl",
        """{"word":"bank","sentence1":"By the bank.","sentence2":"In the bank.","label":false,"start1":7,"version":1.1}""",
        "Does the word \"bank\" have the same meaning in these two sentences? Yes, No?\nBy the bank.\nIn the bank.\n",
        "No"
    )]
    [InlineData("mrpc", "msr_paraphrase_test.txt", Mrpc, "Sentence 1: He said \"no\".\nSentence 2: \"No\", he said.\n", " Yes")]
    [InlineData("mrpc", "validation.csv", "sentence1,sentence2,label\nA b.,C d.,0\n", "Sentence 1: A b.\nSentence 2: C d.\n", " No")]
    [InlineData(
        "qqp",
        "dev.tsv",
        "id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate\n7\t1\t2\tWhy rain?\tWhy does it rain?\t1\n",
        "Are these two questions asking the same thing? Yes or No?\nQuestion 1: Why rain?\nQuestion 2: Why does it rain?\n",
        " Yes"
    )]
    [InlineData("qnli", "dev.tsv", "index\tquestion\tsentence\tlabel\n0\tWho?\tAnn did.\tentailment\n", Who, " Yes")]
    [InlineData("qnli", "validation.csv", "question,sentence,label\nWho?,Ann did.,1\n", Who, " No")]
    [InlineData(
        "wnli",
        "dev.tsv",
        "index\tsentence1\tsentence2\tlabel\n0\tHe ran as it rained.\tThe rain ran.\t0\n",
        "Given the first sentence, is the second sentence true? Yes or No?\nSentence 1: He ran as it rained.\nSentence 2: The rain ran.\n",
        " No"
    )]
    [InlineData(
        "arc-e",
        "ARC-Easy-Dev.jsonl",
        """{"id":"q","question":{"stem":"What melts?","choices":[{"text":"ice","label":"1"},{"text":"iron ore","label":"2"}]},"answerKey":"1"}""",
        "Pick the most correct option to answer the following question.\nWhat melts?\nOptions:\n- A: ice\n- B: iron ore\nAnswer:",
        " A"
    )]
    [InlineData(
        "arc-c",
        "validation.jsonl",
        """{"id":"q","question":"What melts?","choices":{"text":["iron","tin","ice"],"label":["A","B","C"]},"answerKey":"C"}""",
        "Pick the most correct option to answer the following question.\nWhat melts?\nOptions:\n- A: iron\n- B: tin\n- C: ice\nAnswer:",
        " C"
    )]
    [InlineData(
        "arc-e",
        "test.jsonl",
        """{"instruction":"Please choose the correct answer to the question: What melts?\n\nAnswer1: ice Answer2: iron ore Answer3: tin\n\nAnswer format: answer1/answer2/answer3","input":"","answer":"answer2"}""",
        "Pick the most correct option to answer the following question.\nWhat melts?\nOptions:\n- A: ice\n- B: iron ore\n- C: tin\nAnswer:",
        " B"
    )]
    [InlineData(
        "copa",
        "val.jsonl",
        """{"premise":"It rained.","choice1":"The sun shone.","choice2":"The roof leaked.","question":"effect","label":1,"idx":0}""",
        "It rained so",
        " the roof leaked."
    )]
    [InlineData(
        "copa",
        "validation.csv",
        "premise,choice1,choice2,question,label\nIt rained.,I sang.,Clouds came.,cause,0\n",
        "It rained because",
        " I sang."
    )]
    [InlineData(
        "winogrande",
        "dev.jsonl",
        """{"qID":"1","sentence":"Ann paid Eva as _ had worked.","option1":"Ann","option2":"Eva","answer":"2"}""",
        "Ann paid Eva as",
        " Eva had worked."
    )]
    [InlineData(
        "hellaswag",
        "hellaswag_val.jsonl",
        """{"ind":1,"activity_label":"Cooking","ctx_a":"A man","ctx_b":"he","ctx":"A man cooks. he","endings":["eats.","flies.","melts.","sings."],"label":3}""",
        "How does this sentence end?\n\nA man cooks. he\n\n(a)  eats.\n(b)  flies.\n(c)  melts.\n(d)  sings.\n\nHint: the topic of the sentence "
            + "is Cooking\n\nAnswer:",
        " d"
    )]
    [InlineData(
        "squad",
        "dev-v1.1.json",
        """{"version":"1.1","data":[{"title":"Ice","paragraphs":[{"context":"Ice melts at 0.","qas":[{"id":"a","question":"When?","answers":[{"text":"at 0","answer_start":10}]}]}]}]}""",
        "Title: Ice\nContext: Ice melts at 0.\nQuestion: When?\nAnswer:",
        " at 0\n"
    )]
    [InlineData(
        "squad",
        "validation.jsonl",
        """{"id":"a","title":"Ice","context":"Ice melts at 0.","question":"When?","answers":{"text":["at 0","0"],"answer_start":[10,13]}}""",
        "Title: Ice\nContext: Ice melts at 0.\nQuestion: When?\nAnswer:",
        " at 0\n"
    )]
    [InlineData(
        "drop",
        "validation.jsonl",
        """{"passage":"Two goals, then one.","question":"How many goals?","answers_spans":{"spans":["3"],"types":["number"]}}""",
        "Passage: Two goals, then one.\nQuestion: How many goals?\nAnswer:",
        " 3\n"
    )]
    public void ARowBecomesThePromptAndAnswerOfItsTask(string name, string file, string content, string prompt, string answer)
    {
        var (task, path) = (ReadyTasks.Find(name), Write(file, content));
        Assert.Equal(path, task.EvalFileIn(_folder));

        var row = Assert.Single(Render(task, path));

        Assert.EndsWith(prompt, row.Prompt, StringComparison.Ordinal);
        Assert.Equal(answer, row.Answer);
        if (name != "mrpc")
        {
            Assert.Equal(prompt, row.Prompt);
        }
    }

    private const string Entailed = "Rain fell.\nDoes this mean that \"It was wet.\" is true? Yes or No?\n";
    private const string Ice = "Ice is frozen. Is ice cold?";
    private const string Who = "Does this sentence answer the question? Yes or No?\nQuestion: Who?\nSentence: Ann did.\n";
    private const string Mrpc = "\uFEFFQuality\t#1 ID\t#2 ID\t#1 String\t#2 String\n1\t7\t8\tHe said \"no\".\t\"No\", he said.\n";

    /// <summary>SuperGLUE has a passage a line, with its questions and their answers inside; the Hub has an answer a row.</summary>
    [Fact]
    public void AnswersInsideQuestionsInsideAPassageAreRows()
    {
        var task = ReadyTasks.Find("multirc");
        const string Asked = """{"question":"Who?","answers":[{"text":"Ann","idx":0,"label":1},{"text":"Eva","idx":1,"label":0}]}""";
        const string How = """{"question":"How?","answers":[{"text":"fast","idx":2,"label":0}]}""";
        const string Passage = "{\"idx\":0,\"passage\":{\"text\":\"Ann ran.\",\"questions\":[" + Asked + "," + How + "]}}";
        string[] expected = ["Who?|Ann|Yes", "Who?|Eva|No", "How?|fast|No"];

        var nested = Render(task, Write("val.jsonl", Passage));
        var flat = Render(
            task,
            Write("flat.csv", "paragraph,question,answer,label\nAnn ran.,Who?,Ann,1\nAnn ran.,Who?,Eva,0\nAnn ran.,How?,fast,0\n")
        );

        Assert.Equal(
            expected.Select(row => row.Split('|')).Select(row => (Multi(row[0], row[1]), row[2])),
            nested.Select(row => (row.Prompt, row.Answer))
        );
        Assert.Equal(nested, flat);
    }

    [Theory]
    [InlineData("rte", "train.tsv", "sentence1\tsentence2\tlabel\na\tb\tentailment\na\tb\tmaybe\n", "line 3", "the label 'maybe'")]
    [InlineData(
        "rte",
        "train.jsonl",
        "{\"premise\":\"a\",\"hypothesis\":\"b\",\"label\":0}\n{\"premise\":\"a\",\"label\":0}",
        "line 2",
        "'hypothesis' or 'sentence2'"
    )]
    [InlineData("qqp", "train.tsv", "id\tquestion1\tquestion2\tis_duplicate\n1\ta\tb\n", "line 2", "3 fields, too few")]
    [InlineData("multirc", "train.jsonl", "{\"passage\":{\"text\":\"a\",\"questions\":\"none\"}}", "line 1", "a JSON array of rows")]
    [InlineData("hellaswag", "train.jsonl", "{\"ctx\":\"a\",\"endings\":[\"b\",\"c\",\"d\"],\"label\":0}", "line 1", "the field 'd'")]
    [InlineData("hellaswag", "train.jsonl", "{\"ctx\":\"a\",\"endings\":\"b\",\"label\":0}", "line 1", "expected JSON")]
    [InlineData(
        "squad",
        "train.jsonl",
        "{\"title\":\"a\",\"context\":\"b\",\"question\":\"c\",\"answers\":{\"text\":[]}}",
        "line 1",
        "the field 'completion'"
    )]
    public void BrokenRowsAreNamedByFileAndLine(string name, string file, string content, string line, string what)
    {
        var (task, path) = (ReadyTasks.Find(name), Write(file, content));
        Assert.Equal(path, task.TrainFileIn(_folder));

        var error = Assert.Throws<DataException>(() => Render(task, path));

        Assert.Contains($"{path}, {line}", error.Message, StringComparison.Ordinal);
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FilesAreFoundInTheFoldersOfATask()
    {
        var task = ReadyTasks.Find("sst2");
        Assert.Contains("train.tsv", Assert.Throws<FineTuneException>(() => task.TrainFileIn(_folder)).Message, StringComparison.Ordinal);
        Assert.Null(task.EvalFileIn(_folder));
        var hub = Write(Path.Combine("sst2", "train-00000-of-00001.parquet"), "");
        Assert.Equal(hub, task.TrainFileIn(_folder));
        var glue = Write(Path.Combine("SST-2", "train.tsv"), "");
        Assert.Equal(glue, task.TrainFileIn(_folder));
        var here = Write(Path.Combine("data", "train.jsonl"), "");
        Assert.Equal(here, task.TrainFileIn(_folder));
        Assert.Equal(FineTuneFailure.Input, Assert.Throws<FineTuneException>(() => task.TrainFileIn(_folder + "x")).Failure);
    }

    [Fact]
    public void SeveralFilesOfANameAreRefused()
    {
        Write("train-00000-of-00002.parquet", "");
        Write("train-00001-of-00002.parquet", "");

        var error = Assert.Throws<FineTuneException>(() => ReadyTasks.Find("qqp").TrainFileIn(_folder));

        Assert.Contains("expected one file train-*.parquet, found 2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ARunAndAnEvaluationTakeWhatTheTaskSays()
    {
        var (train, eval) = (Write("train.tsv", ""), Write("dev.tsv", ""));
        var task = ReadyTasks.Find("rte");
        var kept = new DataOptions
        {
            MaxLength = 99,
            Choices = [" a", " b"],
            Columns = ["x", "y"],
            Seed = 5,
        };

        var run = task.ApplyTo(
            new FineTuneOptions
            {
                Model = "m",
                TrainData = "",
                Output = "o",
                Data = kept,
            },
            _folder
        );
        var scored = task.ApplyTo(
            new EvaluationOptions
            {
                Model = "m",
                DataFile = "",
                Data = kept,
            },
            _folder
        );

        Assert.Equal((train, eval, LossKind.Choices), (run.TrainData, run.EvalData, run.Loss));
        Assert.Equal(eval, scored.DataFile);
        Assert.Empty(run.Validate());
        Assert.Empty(scored.Validate());
        Assert.Equal((99, 5ul, null, null), (run.Data.MaxLength, run.Data.Seed, run.Data.Choices, run.Data.Columns));
        Assert.Equal(task.Template, run.Data.Template);
    }

    [Fact]
    public void ATaskOfOnesOwnIsReadFromAFile()
    {
        var file = Write(
            "mail.json",
            """
            {
              "name": "mail", "title": "Is a mail wanted?", "metric": "accuracy", // mine
              "template": "{subject}\nWanted:", "fields": {"subject": "{Subject|subject:trim}"},
              "label_words": {"ham": " yes", "spam": " no"}
            }
            """
        );

        var task = ReadyTasks.Find(file);

        Assert.Equal(("mail", "train.tsv"), (task.Name, task.TrainFiles[0]));
        Assert.Equal([new RowField("subject", "{Subject|subject:trim}")], task.Fields!);
        var row = Assert.Single(Render(task, Write("dev.csv", "Subject,label\nLunch,ham\n")));
        Assert.Equal(new Rendered("Lunch\nWanted:", " yes"), row);
    }

    [Fact]
    public void AnUnknownTaskIsRefusedByTheNamesThereAre()
    {
        var error = Assert.Throws<FineTuneException>(() => ReadyTasks.Find("sst3"));

        Assert.Equal(FineTuneFailure.Settings, error.Failure);
        Assert.All(ReadyTasks.All, task => Assert.Contains(task.Name, error.Message, StringComparison.Ordinal));
    }

    /// <summary>The options of a task are the settings of a run, and those are JSON.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void TheOptionsOfATaskAreReadAsTheyAreWritten(string name)
    {
        var data = ReadyTasks.Find(name).ApplyTo(new DataOptions());

        var read = JsonSerializer.Deserialize<DataOptions>(JsonSerializer.Serialize(data))!;

        Assert.Equal(data.Fields ?? [], read.Fields ?? []);
        Assert.Equal(data.LabelWords ?? [], read.LabelWords ?? []);
        Assert.Equal((data.Template, data.AnswerSuffix), (read.Template, read.AnswerSuffix));
    }

    private static string Multi(string question, string answer) =>
        $"Ann ran.\nQuestion: {question}\nI found this answer \"{answer}\". Is that correct? Yes or No?\n";

    private string Write(string name, string content)
    {
        var path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }

    private static Rendered[] Render(ReadyTask task, string path)
    {
        var options = task.ApplyTo(new DataOptions());
        var labels = LabelMap.Create(options);
        var drafts = new RowDrafts(options, labels, new ConversationDrafts(renderChat: null, renderSpans: null));
        return
        [
            .. DataFile
                .Read(path, options)
                .Select(row =>
                {
                    var draft = Assert.Single(drafts.Create(row, options.Shape!.Value));
                    var text = draft.Render(draft.Fields);
                    return new Rendered(text.Prompt, text.Answers[draft.Right ?? labels?.PositionOf(row, options.LabelColumn) ?? 0]);
                }),
        ];
    }

    private sealed record Rendered(string Prompt, string Answer);
}
