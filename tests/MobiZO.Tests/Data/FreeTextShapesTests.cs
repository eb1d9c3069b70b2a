using System.Text;
using MobiZO.Data;

namespace MobiZO.Tests.Data;

/// <summary>Free text in the layouts that people have, from the file to tokens.</summary>
public sealed class FreeTextShapesTests
{
    private const string AlpacaRows = """
        [
          {"instruction": "Double it.", "input": "4", "output": "8", "text": "all of it"},
          {
            "instruction": "Say hi.", "input": "", "output": "Hi."
          }
        ]
        """;

    [Fact]
    public void JsonArraysKnowTheLinesOfTheirRows()
    {
        foreach (string end in new[] { "\n", "\r\n" })
        {
            using var file = new TemporaryFile("a.json", "\uFEFF\n" + AlpacaRows.ReplaceLineEndings(end));
            Assert.Equal([3, 4], DataFile.Read(file.Path, new DataOptions()).Select(row => row.LineNumber));
        }
    }

    /// <summary>Characters that end a line elsewhere, and that JSON allows in a string, stay what they are.</summary>
    [Theory]
    [InlineData("a.json", "[{\"text\": \"a\u2028b\u2029c\u0085d\"},\r\n{\"text\": \"e\"}]", "a\u2028b\u2029c\u0085d", 2)]
    [InlineData("a.txt", "a\u2028b\u2029c\u0085d\fe\r\nf\rg", "a\u2028b\u2029c\u0085d\fe\nf\ng", 1)]
    public void OnlyLineFeedsAndCarriageReturnsEndLines(string name, string content, string expected, int lastLine)
    {
        using var file = new TemporaryFile(name, content);
        IReadOnlyList<DataRow> rows = DataFile.Read(file.Path, new DataOptions());
        Assert.Equal(expected, rows[0]["text"]);
        Assert.Equal(lastLine, rows[^1].LineNumber);
    }

    [Theory]
    [InlineData("[\n{\"text\": \"x\"},\n7]", "line 3: found a JSON number; expected a JSON object")]
    [InlineData("[\n{\"text\": \"x\"},\n{\"text\": }]", "line 3: found broken JSON; expected one complete JSON array of objects")]
    [InlineData("[\n{\"text\": \"x\"}", "found broken JSON")]
    [InlineData("[{\"text\": \"x\"}]\n\nmore", "line 3: found broken JSON")]
    [InlineData("[]", "found no rows")]
    public void BrokenArraysAreNamedByLine(string content, string expected)
    {
        using var file = new TemporaryFile("a.json", content);
        string message = Assert.Throws<DataException>(() => DataFile.Read(file.Path, new DataOptions())).Message;
        Assert.Contains(expected, message);
        Assert.StartsWith(file.Path, message);
    }

    [Fact]
    public void AlpacaRowsAreMessagesOfAChatModel()
    {
        IReadOnlyList<EncodedExample> examples = Encode("a.json", AlpacaRows, hasChatTemplate: true, "</s>", out DataOptions decided);
        Assert.Equal(ChatTemplateUse.Always, decided.ChatTemplate);
        Assert.Equal(ExampleEncoderTests.Render([new ChatTurn("user", "Double it.\n\n4")], true), Text(examples[0].PromptIds));
        Assert.StartsWith("8", Text(examples[0].AnswerIds));
        Assert.Equal(ExampleEncoderTests.Render([new ChatTurn("user", "Say hi.")], true), Text(examples[1].PromptIds));
    }

    [Fact]
    public void AlpacaRowsHaveTheirOwnWordsForOtherModels()
    {
        IReadOnlyList<EncodedExample> examples = Encode("a.json", AlpacaRows, hasChatTemplate: false, "</s>", out _);
        Assert.EndsWith("### Instruction:\nDouble it.\n\n### Input:\n4\n\n### Response:\n", Text(examples[0].PromptIds));
        Assert.StartsWith("Below is an instruction that describes a task, paired", Text(examples[0].PromptIds));
        Assert.Equal("8</s>", Text(examples[0].AnswerIds));
        Assert.DoesNotContain("Input", Text(examples[1].PromptIds));
    }

    [Fact]
    public void ShareGptNamesAreRoles()
    {
        const string Rows = """
            {"id": "1", "conversations": [{"from": "system", "value": "s"}, {"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}]}
            """;
        using var file = new TemporaryFile("a.jsonl", Rows);
        DataRow row = DataFile.Read(file.Path, new DataOptions()).Single();
        Assert.Equal([new ChatTurn("system", "s"), new ChatTurn("user", "q"), new ChatTurn("assistant", "a")], row.Turns!);
        Assert.Equal(RowShape.Chat, RowDrafts.ShapeOf(row, new DataOptions()));
        using var tool = new TemporaryFile("b.jsonl", Rows.Replace("human", "function_call"));
        string message = Assert.Throws<DataException>(() => DataFile.Read(tool.Path, new DataOptions())).Message;
        Assert.Contains("line 1: found a message from 'function_call'; expected one of human, user, gpt", message);
    }

    [Fact]
    public void PromptsAreMessagesOfAChatModelUnlessWrittenOtherwise()
    {
        const string Rows = "{\"prompt\": \"q\", \"completion\": \" a \"}";
        EncodedExample chat = Encode("a.jsonl", Rows, hasChatTemplate: true, "</s>", out DataOptions decided).Single();
        Assert.Equal(ExampleEncoderTests.Render([new ChatTurn("user", "q")], true), Text(chat.PromptIds));
        Assert.StartsWith("a", Text(chat.AnswerIds));
        Assert.Null(decided.AnswerSuffix);
        EncodedExample raw = Encode("a.jsonl", Rows, true, "</s>", out _, new DataOptions { ChatTemplate = ChatTemplateUse.Never })
            .Single();
        Assert.Equal(("q", " a </s>"), (Text(raw.PromptIds), Text(raw.AnswerIds)));
        EncodedExample template = Encode("a.jsonl", Rows, true, "</s>", out _, new DataOptions { Template = "Q {prompt}" }).Single();
        Assert.Equal(("Q q", " a </s>"), (Text(template.PromptIds), Text(template.AnswerIds)));
        EncodedExample suffix = Encode("a.jsonl", Rows, true, "</s>", out _, new DataOptions { AnswerSuffix = "$" }).Single();
        Assert.Equal(("q", " a $"), (Text(suffix.PromptIds), Text(suffix.AnswerIds)));
        EncodedExample endless = Encode("a.jsonl", Rows, false, "</s>", out _, new DataOptions { AnswerSuffix = "" }).Single();
        Assert.Equal(("q", " a "), (Text(endless.PromptIds), Text(endless.AnswerIds)));
        EncodedExample both = Encode(
                "a.jsonl",
                Rows,
                true,
                "</s>",
                out _,
                new DataOptions { Template = "Q {prompt}", ChatTemplate = ChatTemplateUse.Always }
            )
            .Single();
        Assert.Equal(ExampleEncoderTests.Render([new ChatTurn("user", "Q q")], true), Text(both.PromptIds));
    }

    [Fact]
    public void WhatIsDecidedIsDecidedAgainTheSame()
    {
        var row = new DataRow("a", 1, ["prompt", "completion"], ["q", "a"]);
        foreach (bool hasChatTemplate in new[] { true, false })
        {
            DataOptions once = DecidedData.Of(new DataOptions(), [row], hasChatTemplate, "</s>");
            Assert.Equal(once, DecidedData.Of(once, [row], hasChatTemplate: true, "<other>"));
        }
    }

    /// <summary>Only a metric asks for further right answers; without one, a column of that name is the user's own.</summary>
    [Fact]
    public void RightAnswersAreReadWhereAMetricAsksForThem()
    {
        DataRow Row(string written) => new("a.csv", 3, ["prompt", "completion", "completions"], ["q", "a", written]);
        var options = new DataOptions { Template = "{prompt}" };
        var plain = new ExampleEncoder(new GreedyTokenizer(), options);
        var compared = new ExampleEncoder(new GreedyTokenizer(), options) { ReadsRightAnswers = true };

        Assert.Empty(plain.Encode([Row("17 so far")]).Single().OtherAnswers);
        Assert.Equal(["a", "b"], compared.Encode([Row("[\"a\", {\"text\": \"b\"}]")]).Single().OtherAnswers);
        var error = Assert.Throws<DataException>(() => compared.Encode([Row("17 so far")]));
        Assert.StartsWith("a.csv, line 3: found '17 so far' in column 'completions'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void DocumentsAreCutIntoWindowsThatMissNothing()
    {
        string text =
            string.Concat(Enumerable.Range(0, 40).Select(line => $"line {line} of the text\n\n")) + "one long word: " + new string('x', 90);
        using var file = new TemporaryFile("a.txt", text.ReplaceLineEndings("\r\n"));
        DataRow document = DataFile.Read(file.Path, new DataOptions()).Single();
        var options = new DataOptions { MaxLength = 64, AnswerSuffix = "$" };
        var encoder = new ExampleEncoder(new GreedyTokenizer() { AddsStart = true }, options);
        IReadOnlyList<DataRow> windows = encoder.Cut([document]);
        Assert.Equal(text, string.Concat(windows.Select(window => window["text"])));
        IReadOnlyList<EncodedExample> examples = encoder.Encode(windows);
        Assert.All(examples, example => Assert.False(example.WasTruncated));
        Assert.All(examples, example => Assert.InRange(example.Length, 2, 64));
        Assert.All(examples.SkipLast(1), example => Assert.DoesNotContain("$", Text(example.AnswerIds)));
        Assert.EndsWith("x$", Text(examples[^1].AnswerIds));
        string[] lines = text.Split('\n');
        Assert.All(
            windows,
            window => Assert.Contains(window["text"].Split('\n')[0], lines[window.LineNumber - 1], StringComparison.Ordinal)
        );
        Assert.True(windows.Count(window => window["text"].EndsWith('\n')) > windows.Count / 2);
    }

    [Fact]
    public void AFolderHoldsOneDocumentAFileInOrder()
    {
        string folder = Directory.CreateTempSubdirectory("mobizo-texts-").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "b"));
            File.WriteAllText(Path.Combine(folder, "b", "2.md"), "second");
            File.WriteAllText(Path.Combine(folder, "a.txt"), "first\twith a tab");
            File.WriteAllText(Path.Combine(folder, "empty.txt"), " \n");
            File.WriteAllText(Path.Combine(folder, "other.bin"), "no text");
            Assert.Equal(["first\twith a tab", "second"], DataFile.Read(folder, new DataOptions()).Select(row => row["text"]));
            string format = Assert.Throws<DataException>(() => DataFile.Read(folder, new DataOptions { Format = DataFormat.Csv })).Message;
            Assert.Contains("found a folder; expected a file of the format Csv", format);
            Directory.Delete(Path.Combine(folder, "b"), recursive: true);
            File.Delete(Path.Combine(folder, "a.txt"));
            Assert.Contains("found a folder of empty texts", Assert.Throws<DataException>(() => DataFile.Read(folder, new())).Message);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("text\tlabel\nx\t1\n", "x")]
    [InlineData("just words\nand more\n", "just words\nand more\n")]
    public void TextFilesWithATabInTheFirstLineAreTables(string content, string expected)
    {
        using var file = new TemporaryFile("a.txt", content);
        Assert.Equal(expected, DataFile.Read(file.Path, new DataOptions()).Single()["text"]);
    }

    /// <summary>What a file is is seen in its characters, whatever bytes write them.</summary>
    [Theory]
    [InlineData("a.json", " \n[{\"text\": \"\u00e4\"}]", "\u00e4")]
    [InlineData("a.txt", "text\tlabel\n\u00e4\t1\n", "\u00e4")]
    [InlineData("a.txt", "\u0900\u0109 words\n", "\u0900\u0109 words\n")]
    public void FilesInUtf16AreWhatTheyAreInUtf8(string name, string content, string expected)
    {
        foreach (Encoding encoding in new Encoding[] { new UTF8Encoding(true), Encoding.Unicode, Encoding.BigEndianUnicode })
        {
            using var file = new TemporaryFile(name, [.. encoding.GetPreamble(), .. encoding.GetBytes(content)]);
            Assert.Equal(expected, DataFile.Read(file.Path, new DataOptions()).Single()["text"]);
        }
    }

    /// <summary>A field beside the text stands beside every window of it.</summary>
    [Fact]
    public void WindowsKeepTheOtherColumnsOfTheirDocument()
    {
        using var file = new TemporaryFile("a.txt", string.Join(' ', Enumerable.Range(0, 40)));
        var options = new DataOptions { MaxLength = 32, Fields = [new RowField("x", "<{text:before( )}>")] };
        IReadOnlyList<DataRow> rows = DataFile.Read(file.Path, options);
        IReadOnlyList<DataRow> windows = new ExampleEncoder(new GreedyTokenizer(), options).Cut(rows);
        Assert.True(windows.Count > 2);
        Assert.All(windows, window => Assert.Equal("<0>", window["x"]));
        Assert.Equal(rows[0]["text"], string.Concat(windows.Select(window => window["text"])));
    }

    [Fact]
    public void OptionsOfTablesMakeATextFileATable()
    {
        using var file = new TemporaryFile("a.txt", "words\nx\n");
        Assert.Equal("x", DataFile.Read(file.Path, new DataOptions { Template = "{words}" }).Single()["words"]);
    }

    private static IReadOnlyList<EncodedExample> Encode(
        string name,
        string content,
        bool hasChatTemplate,
        string endText,
        out DataOptions decided,
        DataOptions? options = null
    )
    {
        using var file = new TemporaryFile(name, content);
        IReadOnlyList<DataRow> rows = DataFile.Read(file.Path, options ?? new DataOptions());
        decided = DecidedData.Of(options ?? new DataOptions(), rows, hasChatTemplate, endText);
        return new ExampleEncoder(new GreedyTokenizer(), decided, ExampleEncoderTests.Render).Encode(rows);
    }

    private static string Text(int[] ids) => new GreedyTokenizer().Decode(ids);
}
