using System.Text;
using MobiZO.Data;

namespace MobiZO.Tests.Data;

public sealed class DataFileTests
{
    private static readonly DataOptions s_default = new();

    [Theory]
    [InlineData("a.jsonl", "{\"text\":\"x\",\"label\":1}\n{\"label\":0,\"text\":\"y\"}\n")]
    [InlineData("a.ndjson", "{\"text\":\"x\",\"label\":\"1\"}\n\n  \n{\"text\":\"y\",\"label\":\"0\"}")]
    [InlineData("a.csv", "text,label\nx,1\n\ny,0\n")]
    [InlineData("a.tsv", "text\tlabel\nx\t1\ny\t0")]
    [InlineData("A.TSV", "text\tlabel\nx\t1\ny\t0")]
    public void ReadsEveryFormatWithAnyLineEndAndMark(string name, string content)
    {
        foreach (string end in new[] { "\n", "\r\n", "\r" })
        {
            foreach (string mark in new[] { "", "\uFEFF" })
            {
                using var file = new TemporaryFile(name, mark + content.Replace("\n", end));
                IReadOnlyList<DataRow> rows = DataFile.Read(file.Path, s_default);
                Assert.Equal(["x", "y"], rows.Select(row => row["text"]));
                Assert.Equal(["1", "0"], rows.Select(row => row["label"]));
                Assert.All(rows, row => Assert.Equal(file.Path, row.File));
            }
        }
    }

    [Fact]
    public void RowsKnowTheirFirstLine()
    {
        using var file = new TemporaryFile("a.csv", "text,label\n\"one\ntwo\",1\n\nthree,0\n");
        Assert.Equal([2, 5], DataFile.Read(file.Path, s_default).Select(row => row.LineNumber));
    }

    [Fact]
    public void CsvFollowsRfc4180()
    {
        using var file = new TemporaryFile("a.csv", "text,label\r\n\"say \"\"hi\"\", friend\",\"\"\r\n\"two\r\nlines\nhere\",\r\n,x\r\n");
        IReadOnlyList<DataRow> rows = DataFile.Read(file.Path, s_default);
        Assert.Equal(["say \"hi\", friend", "two\r\nlines\nhere", ""], rows.Select(row => row["text"]));
        Assert.Equal(["", "", "x"], rows.Select(row => row["label"]));
    }

    [Fact]
    public void TsvTakesQuotesAsText()
    {
        using var file = new TemporaryFile("a.tsv", "text\tlabel\n\"open\tquote\n5\" disk, \\n\t0\n");
        IReadOnlyList<DataRow> rows = DataFile.Read(file.Path, s_default);
        Assert.Equal(["\"open", "5\" disk, \\n"], rows.Select(row => row["text"]));
    }

    [Fact]
    public void FilesWithoutHeaderGetNumberedOrGivenColumns()
    {
        using var file = new TemporaryFile("a.tsv", "ham\thello\nspam\twin\n");
        DataRow numbered = DataFile.Read(file.Path, s_default with { HasHeader = false })[0];
        Assert.Equal(["column1", "column2"], numbered.Columns);
        Assert.Equal("ham", numbered["column1"]);
        IReadOnlyList<DataRow> named = DataFile.Read(file.Path, s_default with { Columns = ["label", "text"] });
        Assert.Equal(["hello", "win"], named.Select(row => row["text"]));
    }

    [Fact]
    public void FormatOptionWinsOverExtension()
    {
        using var file = new TemporaryFile("rows.data", "text,label\nx,1\n");
        Assert.Equal("x", DataFile.Read(file.Path, s_default with { Format = DataFormat.Csv })[0]["text"]);
    }

    [Fact]
    public void JsonValuesKeepTheirSpelling()
    {
        const string line = """{"a":1.50,"b":true,"c":null,"d":{"e":"in","f":{"g":false}},"h":[1, 2],"i":"\u00e9\n"}""";
        using var file = new TemporaryFile("a.jsonl", line);
        DataRow row = DataFile.Read(file.Path, s_default)[0];
        Assert.Equal(["a", "b", "c", "d.e", "d.f.g", "h", "i"], row.Columns);
        Assert.Equal(["1.50", "true", null, "in", "false", "[1, 2]", "é\n"], row.Columns.Select(row.Find));
    }

    [Fact]
    public void NullIsNotAMissingColumn()
    {
        using var file = new TemporaryFile("a.jsonl", """{"text":null,"label":1}""");
        DataRow row = DataFile.Read(file.Path, s_default)[0];
        Assert.Equal(
            $"{file.Path}, line 1: found null in the column 'text'; expected a value. Give the row a value there, or remove the row.",
            Assert.Throws<DataException>(() => row["text"]).Message
        );
        Assert.Equal(
            $"{file.Path}, line 1: found the columns 'text' (null), 'label'; expected a column 'prompt'. "
                + "Name the right column in the options or the template.",
            Assert.Throws<DataException>(() => row["prompt"]).Message
        );
    }

    [Fact]
    public void ReadsConversations()
    {
        const string line = """{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}],"id":"7"}""";
        using var file = new TemporaryFile("a.jsonl", line);
        DataRow row = DataFile.Read(file.Path, s_default)[0];
        Assert.Equal([new ChatTurn("user", "q"), new ChatTurn("assistant", "a")], row.Turns);
        Assert.Equal("7", row["id"]);
    }

    [Fact]
    public void AllRowsAreReadSoThatSomeCanBeDrawn()
    {
        using var file = new TemporaryFile("a.jsonl", "{\"text\":\"x\"}\n{\"text\":\"y\"}\n");
        Assert.Equal(2, DataFile.Read(file.Path, s_default with { MaxRows = 1 }).Count);
    }

    [Fact]
    public void LinesMayBeLongerThanAnyBuffer()
    {
        string text = string.Concat(Enumerable.Repeat("é€😀x", 50_000));
        using var file = new TemporaryFile("a.tsv", $"text\tlabel\n{text}\t1\n{text}y\t0\n");
        IReadOnlyList<DataRow> rows = DataFile.Read(file.Path, s_default);
        Assert.Equal([text, text + "y"], rows.Select(row => row["text"]));
    }

    [Theory]
    [InlineData("a.jsonl", "{\"text\":\"x\"}\n{\"text\":\"é\" oops}\n", 2, 13, "broken JSON at 'oops}'", "one complete JSON object")]
    [InlineData("a.jsonl", "{\"text\":\"x\"", 1, 12, "not complete", "one complete JSON object")]
    [InlineData("a.jsonl", "[\n{\"text\":\"x\"}\n]", 1, 2, "not complete", "turn a JSON array into lines")]
    [InlineData("a.jsonl", "[1]", 1, null, "a JSON array", "Write one object a line")]
    [InlineData("a.jsonl", "null", 1, null, "the JSON value null", "a JSON object such as")]
    [InlineData("a.jsonl", "{\"a\":1,\"a\":2}", 1, null, "the key 'a' twice", "a different name")]
    [InlineData("a.jsonl", "{\"a\":{\"b\":1},\"a.b\":2}", 1, null, "the key 'a.b' twice", "a different name")]
    [InlineData("a.jsonl", "{\"a\":\"\\ud800\"}", 1, null, "surrogate", "valid Unicode")]
    [InlineData("a.jsonl", "{\"\\udc00\":\"x\"}", 1, null, "surrogate", "valid Unicode")]
    [InlineData("a.jsonl", "{\"messages\":[{\"role\":\"user\"}]}", 1, null, "'{\"role\":\"user\"}' in 'messages'", "\"content\"")]
    [InlineData(
        "a.jsonl",
        "{\"messages\":[{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{}]}]}",
        1,
        null,
        "'tool_calls' in a message",
        "a role and a text"
    )]
    [InlineData("a.jsonl", "{\"messages\":[7]}", 1, null, "'7' in 'messages'", "\"role\"")]
    [InlineData("a.tsv", "text\tlabel\nx\n", 2, null, "1 fields, too few", "2 ('text', 'label')")]
    [InlineData("a.tsv", "text\tlabel\nx\t1\ty\n", 2, null, "3 fields, too many", "Check the tabs")]
    [InlineData("a.csv", "text,label\nx,y,1\n", 2, null, "3 fields, too many", "Check the commas")]
    [InlineData("a.csv", "text, text\nx,y\n", 1, null, "the column 'text' twice", "HasHeader = false")]
    [InlineData("a.csv", "text,label\nx,1\n\"y,1\nz,0\n", 3, 1, "a quote that is not closed", "a closing quote")]
    [InlineData("a.csv", "text,label\n\"y\"z,1\n", 2, 4, "'z' after a closing quote", "a comma or the end of the line")]
    [InlineData(
        "a.csv",
        "text,label\nx,1\n\"y,1\nz,0\n\"q\",1\n",
        3,
        1,
        "a quoted field that runs on to line 5, column 2, with 'q' after its closing quote",
        "Add the closing quote"
    )]
    [InlineData(
        "a.csv",
        "text,label\r\nx,\"1\r\ny,0\r\nz,\"1\r\n",
        2,
        3,
        "runs on to line 4, column 4, with '1' after",
        "a comma or the end of the line"
    )]
    [InlineData("a.csv", "text,label\n1, \"x\"\n", 2, 4, "a quote inside the field ' \"x\"'", "quotes only around whole fields")]
    [InlineData("a.csv", "text,label\n5\" disk,1\n", 2, 2, "a quote inside the field '5\" disk'", "Put the whole field in quotes")]
    [InlineData("a.csv", "", null, null, "an empty file", "rows of data")]
    [InlineData("a.csv", "text,label\n\n", null, null, "no rows", "HasHeader = false")]
    [InlineData("a.jsonl", "\n \n", null, null, "no rows", "at least one row")]
    [InlineData("a.xlsx", "x", null, null, "the extension '.xlsx'", "Format = JsonLines")]
    [InlineData("a.parquet", "text,label\nx,1\n", null, null, "no Parquet file", "a whole Parquet file")]
    [InlineData("a.parquet", "", null, null, "an empty file", "rows of data")]
    public void ErrorsNamePlaceFoundExpectedAndCure(string name, string content, int? line, int? column, string found, string expected)
    {
        using var file = new TemporaryFile(name, content);
        var error = Assert.Throws<DataException>(() => DataFile.Read(file.Path, s_default));
        Assert.StartsWith(file.Path, error.Message);
        Assert.Contains(found, error.Message);
        Assert.Contains(expected, error.Message);
        Assert.Equal(file.Path, error.File);
        Assert.Equal(line, error.Line);
        Assert.Equal(column, error.Column);
    }

    [Theory]
    [InlineData(new byte[] { (byte)'a', 0xC3, 0xA9, 0xFF, (byte)'\n' }, 1, 3, "the byte 0xFF (byte 4 of the line)")]
    [InlineData(new byte[] { (byte)'a', (byte)'\n', (byte)'b', 0xE2, 0x82, (byte)'\n' }, 2, 2, "the byte 0xE2 (byte 2 of the line)")]
    [InlineData(new byte[] { 0xEF, 0xBB, 0xBF, 0xED, 0xA0, 0x80 }, 1, 1, "the byte 0xED (byte 4 of the line)")]
    [InlineData(new byte[] { 0xFF, 0xFF, (byte)'a', 0 }, 1, 1, "the byte 0xFF (byte 1 of the line)")]
    [InlineData(new byte[] { (byte)'a', (byte)'\r', (byte)'\n', (byte)'\r', 0xC3, 0xA9, 0xFF }, 3, 2, "the byte 0xFF (byte 3 of the line)")]
    [InlineData(new byte[] { 0xC0, 0x80 }, 1, 1, "the byte 0xC0")]
    public void InvalidUtf8IsFoundToTheByte(byte[] content, int line, int column, string found)
    {
        using var file = new TemporaryFile("a.tsv", content);
        var error = Assert.Throws<DataException>(() => DataFile.Read(file.Path, s_default));
        Assert.Contains(found, error.Message);
        Assert.Contains("Save the file as UTF-8.", error.Message);
        Assert.Equal((line, column), (error.Line, error.Column));
    }

    [Theory]
    [InlineData("a.tsv", "text\tlabel\né\t1\n")]
    [InlineData("a.csv", "text,label\né,1\n")]
    [InlineData("a.jsonl", "{\"text\":\"é\",\"label\":1}\n")]
    public void Utf16WithAMarkIsRead(string name, string content)
    {
        // Excel's "Unicode text" is UTF-16 with a mark.
        foreach (Encoding encoding in new[] { Encoding.Unicode, Encoding.BigEndianUnicode })
        {
            using var file = new TemporaryFile(name, [.. encoding.Preamble, .. encoding.GetBytes(content)]);
            DataRow row = DataFile.Read(file.Path, s_default)[0];
            Assert.Equal(("é", "1"), (row["text"], row["label"]));
        }
    }

    [Fact]
    public void MissingFilesAndFoldersAreErrorsOfTheSameKind()
    {
        using var file = new TemporaryFile("a.tsv", "text\nx\n");
        string folder = Path.GetDirectoryName(file.Path)!;
        Assert.Contains("no such file", Assert.Throws<DataException>(() => DataFile.Read(file.Path + ".csv", s_default)).Message);
        Assert.Contains(
            "no such file",
            Assert.Throws<DataException>(() => DataFile.Read(Path.Combine(folder, "none", "a.csv"), s_default)).Message
        );
        Assert.Throws<DataException>(() => DataFile.Read(folder, s_default with { Format = DataFormat.Csv }));
    }

    [Fact]
    public void AMissingColumnListsTheColumns()
    {
        using var file = new TemporaryFile("sms.tsv", "ham\tGo until jurong point\nspam\tFree entry\n");
        DataRow row = DataFile.Read(file.Path, s_default)[0];
        var error = Assert.Throws<DataException>(() => row["text"]);
        Assert.Contains("found the columns 'ham', 'Go until jurong point'; expected a column 'text'", error.Message);
        Assert.Contains("HasHeader = false", error.Message);
        Assert.Equal(2, error.Line);
    }

    [Fact]
    public void HostileBytesGiveRowsOrADataException()
    {
        byte[] alphabet = Encoding.UTF8.GetBytes("{}[]\":,\\u\tax1\n\r é\0").Concat(new byte[] { 0xFF, 0xC3, 0xEF, 0xBB, 0xBF }).ToArray();
        for (uint seed = 0; seed < 300; seed++)
        {
            byte[] bytes =
            [
                .. Enumerable
                    .Range(0, (int)(seed % 60))
                    .Select(i => alphabet[((seed * 2654435761u) + ((uint)i * 40503u * (seed + 7)) >> 9) % (uint)alphabet.Length]),
            ];
            foreach (string name in new[] { "a.jsonl", "a.csv", "a.tsv" })
            {
                using var file = new TemporaryFile(name, bytes);
                Exception? error = Record.Exception(() => DataFile.Read(file.Path, s_default));
                Assert.True(error is null or DataException, error?.ToString());
            }
        }
    }
}
