using System.Text;
using FsCheck;
using FsCheck.Fluent;
using MobiZO.Data;

namespace MobiZO.Tests.Data;

public sealed class RecordReaderTests
{
    private static readonly string[] s_lineEnds = ["\n", "\r\n", "\r"];

    [Fact]
    public void LinesAreCountedWhateverEndsThem()
    {
        // The writer below counts the lines; fields hold line ends, too, and empty lines stand between the records.
        Gen<string> field = Gen.Elements("", "a", "é😀", "\"", ",", "\n", "\r\n", "\r", " x")
            .ListOf()
            .Select(pieces => string.Concat(pieces));
        Gen<(string[] Fields, int End, int Blank)> record = field
            .NonEmptyListOf()
            .Select(fields => fields.ToArray())
            .SelectMany(fields => Gen.Choose(0, 2).SelectMany(end => Gen.Choose(0, 2).Select(blank => (fields, end, blank))));
        Prop.ForAll(record.NonEmptyListOf().ToArbitrary(), records => IsCounted([.. records])).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void LinesAreCountedOverTheEndsOfBuffers()
    {
        // 3 lines a record, and 2 MB: many times any buffer, with records that end everywhere in them.
        var text = new StringBuilder("text,label\r\n");
        for (int i = 0; i < 20_000; i++)
        {
            text.Append('"').Append('x', i % 97).Append("\r\n\r\n\",").Append(i).Append("\r\n");
        }

        using RecordReader records = Open(text.ToString(), DataFormat.Csv);
        Assert.True(records.Read());
        for (int i = 0; i < 20_000; i++)
        {
            Assert.True(records.Read());
            Assert.Equal(2 + (3 * i), records.LineNumber);
            Assert.Equal([new string('x', i % 97) + "\r\n\r\n", $"{i}"], records.Fields());
        }

        Assert.False(records.Read());
    }

    [Fact]
    public void AMarkIsDroppedWhereARecordBegins()
    {
        // Two files with marks, one after the other.
        using RecordReader records = Open("\uFEFFa\tb\n\uFEFFc\t\uFEFFd\n", DataFormat.Tsv);
        Assert.True(records.Read());
        Assert.Equal(["a", "b"], records.Fields());
        Assert.True(records.Read());
        Assert.Equal(["c", "\uFEFFd"], records.Fields());
        using RecordReader json = Open("\uFEFF{}\n\uFEFF[]\n", DataFormat.JsonLines);
        Assert.True(json.Read());
        Assert.True(json.Bytes.SequenceEqual("{}"u8));
        Assert.True(json.Read());
        Assert.True(json.Bytes.SequenceEqual("[]"u8));
    }

    [Fact]
    public void RowsWithoutEndAreRefused()
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes("text,label\nx,1\n\"" + new string('y', 300_000)));
        using var records = new RecordReader("a.csv", stream, DataFormat.Csv, longestRecord: 100_000);
        Assert.True(records.Read());
        Assert.True(records.Read());
        var error = Assert.Throws<DataException>(() => records.Read());
        Assert.Contains("found a row longer than 100000 bytes", error.Message);
        Assert.Equal(3, error.Line);
    }

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(3, 1, 3)]
    [InlineData(2, 1, 2)]
    [InlineData(6, 2, 1)]
    [InlineData(7, 3, 1)]
    [InlineData(9, 4, 1)]
    public void BytesHavePlaces(int position, int line, int column)
    {
        // Bytes: quote, é (2), x, CR LF, CR, y, LF, quote.
        using RecordReader records = Open("\"éx\r\n\ry\n\"", DataFormat.Csv);
        Assert.True(records.Read());
        Assert.Equal(new DataPlace("a.csv", line, column), records.PlaceOf(position));
    }

    private static bool IsCounted((string[] Fields, int End, int Blank)[] records)
    {
        var text = new StringBuilder();
        var lines = new List<int>();
        int line = 1;
        foreach ((string[] fields, int end, int blank) in records)
        {
            lines.Add(line);
            string written = string.Join(',', fields.Select(field => $"\"{field.Replace("\"", "\"\"")}\""));
            line += written.ReplaceLineEndings("\n").Count(character => character == '\n') + 1 + blank;
            text.Append(written).Insert(text.Length, s_lineEnds[end], blank + 1);
        }

        using RecordReader reader = Open(text.ToString(), DataFormat.Csv);
        return records
                .Index()
                .All(record =>
                    reader.Read() && reader.LineNumber == lines[record.Index] && reader.Fields().SequenceEqual(record.Item.Fields)
                ) && !reader.Read();
    }

    private static RecordReader Open(string text, DataFormat format) =>
        new("a.csv", new MemoryStream(Encoding.UTF8.GetBytes(text)), format);
}
