using System.Globalization;
using MobiZO.Data;
using MobiZO.TestKit;
using Parquet;
using Parquet.Schema;

namespace MobiZO.Tests.Data;

/// <summary>The README beside the fixtures says what their writers, Arrow C++ and DuckDB, put into them.</summary>
public sealed class ParquetRowsTests
{
    private static readonly string s_arrow = Shared.PathOf("fixtures", "parquet", "arrow.parquet");
    private static readonly string s_duckDb = Shared.PathOf("fixtures", "parquet", "duckdb.parquet");
    private static readonly DataOptions s_default = new();

    [Fact]
    public void ReadsArrowsFile()
    {
        IReadOnlyList<DataRow> rows = DataFile.Read(s_arrow, s_default);
        Assert.All(rows, row => Assert.Equal(["text", "label", "score", "weight", "checked", "note", "price"], row.Columns));
        string?[][] expected =
        [
            ["good film", "1", "0.5", "1", "true", null, "12.50"],
            ["bad \"film\"\nreally", "0", null, "0.1", "false", null, "12.50"],
            [null, "1", "2", "1E+20", null, null, "12.50"],
            ["fine", "1", "NaN", "-0", "true", "été 😀", "12.50"],
        ];
        Assert.Equal(expected, rows.Select(row => row.Columns.Select(row.Find).ToArray()));
        Assert.Equal([1, 2, 3, 4], rows.Select(row => row.LineNumber));
    }

    [Fact]
    public void ReadsDuckDbsFile()
    {
        IReadOnlyList<DataRow> rows = DataFile.Read(s_duckDb, s_default);
        string?[][] expected =
        [
            ["1", "win now", "true", "1.250"],
            ["0", "hello", "false", null],
            [null, null, null, "2.000"],
        ];
        Assert.Equal(expected, rows.Select(row => row.Columns.Select(row.Find).ToArray()));
    }

    [Fact]
    public void NumbersAreWrittenAsInJsonWhateverTheCulture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        var german = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        german.NumberFormat.NumberDecimalSeparator = ",";
        german.NumberFormat.NegativeSign = "~";
        try
        {
            CultureInfo.CurrentCulture = german;
            Assert.Equal("0.1", DataFile.Read(s_arrow, s_default)[1]["weight"]);
            Assert.Equal("12.50", DataFile.Read(s_arrow, s_default)[1]["price"]);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public async Task RowsKeepTheirOrderOverRowGroups()
    {
        using TemporaryFile file = await WriteAsync([3, 1, 4], "a.parquet");
        IReadOnlyList<DataRow> rows = DataFile.Read(file.Path, s_default);
        Assert.Equal(["text 0", "text 1", "text 2", "text 3", "text 4", "text 5", "text 6", "text 7"], rows.Select(row => row["text"]));
        Assert.Equal(["0", "1", null, "0", "1", null, "0", "1"], rows.Select(row => row.Find("label")));
    }

    [Fact]
    public async Task ExamplesAreThoseOfTheSameRowsInJson()
    {
        using TemporaryFile parquet = await WriteAsync([7, 2], "a.parquet");
        string lines = string.Concat(
            Enumerable.Range(0, 9).Select(i => $"{{\"text\":\"text {i}\",\"label\":{(i % 3 == 2 ? "null" : $"{i % 3}")}}}\n")
        );
        using var json = new TemporaryFile("a.jsonl", lines);
        DataOptions options = new()
        {
            Template = "{text}:",
            Choices = [" no", " yes"],
            Balanced = true,
            MaxRows = 4,
            EvalFraction = 0.5,
        };
        var sampler = new RowSampler(options);
        DataSplit[] splits =
        [
            .. new[] { parquet, json }.Select(file =>
                sampler.Split([.. DataFile.Read(file.Path, options).Where(row => row.Find("label") is not null)])
            ),
        ];
        Assert.Equal(splits[1].Train.Select(row => row["text"]), splits[0].Train.Select(row => row["text"]));
        Assert.Equal(splits[1].Eval.Select(row => row["text"]), splits[0].Eval.Select(row => row["text"]));
        Assert.Equal(2, splits[0].Eval.Count);
    }

    [Theory]
    [InlineData("{tags}", 1, "the column 'tags' with a list")]
    [InlineData("{sent}", 1, "the column 'sent' with dates or times")]
    [InlineData("{picture}", 1, "the column 'picture' with binary data")]
    [InlineData("{note}", 1, "null in the column 'note'")]
    [InlineData("{text}", 3, "null in the column 'text'")]
    [InlineData(
        "{txt}",
        1,
        "the columns 'text', 'label', 'score', 'weight', 'checked', 'note' (null), 'price', "
            + "'tags' (a list), 'sent' (dates or times), 'picture' (binary data); expected a column 'txt'"
    )]
    public void ColumnsThatAreNoTextAreRefusedWhenTheyAreUsed(string template, int row, string found)
    {
        DataOptions options = new() { Template = template, Choices = [" no", " yes"] };
        var encoder = new ExampleEncoder(new GreedyTokenizer(), options);
        var error = Assert.Throws<DataException>(() => encoder.Encode(DataFile.Read(s_arrow, options)));
        Assert.StartsWith($"{s_arrow}, row {row}: found {found}", error.Message);
        Assert.Equal((null, row), (error.Line, error.Row));
    }

    [Fact]
    public void StructsAreRefusedByName()
    {
        DataRow row = DataFile.Read(s_duckDb, s_default)[0];
        Assert.Contains("the column 'answers' with a struct", Assert.Throws<DataException>(() => row["answers.text"]).Message);
    }

    [Fact]
    public void ListsOfMessagesAreConversations()
    {
        IReadOnlyList<DataRow> rows = DataFile.Read(s_duckDb, s_default);
        Assert.Equal([new ChatTurn("user", "q"), new ChatTurn("assistant", "a")], rows[0].Turns!);
        Assert.Equal([new ChatTurn("user", "r")], rows[1].Turns!);
        Assert.Null(rows[2].Turns);
        var encoder = new ExampleEncoder(new GreedyTokenizer(), s_default with { TextColumn = "none" }, ExampleEncoderTests.Render);
        Assert.Equal(2, rows[0].Turns!.Count);
        Assert.Single(encoder.Encode([rows[0]]));
        string message = Assert.Throws<DataException>(() => encoder.Encode([rows[0], rows[1]])).Message;
        Assert.Contains("row 2: found a conversation whose last message is by 'user'", message);
        string missing = Assert.Throws<DataException>(() => encoder.Encode([rows[0], rows[2]])).Message;
        Assert.Contains("row 3: found", missing);
    }

    [Fact]
    public void ColumnsAreNamedByTheFileAlone()
    {
        string columns = Assert.Throws<DataException>(() => DataFile.Read(s_arrow, s_default with { Columns = ["a", "b"] })).Message;
        Assert.StartsWith(
            $"{s_arrow}: found DataOptions.Columns with a Parquet file; expected the names that the file gives its columns",
            columns
        );
        string header = Assert.Throws<DataException>(() => DataFile.Read(s_arrow, s_default with { HasHeader = false })).Message;
        Assert.Contains("found DataOptions.HasHeader = false with a Parquet file", header);
    }

    [Fact]
    public async Task AFileWithoutRowsIsAnError()
    {
        using TemporaryFile file = await WriteAsync([0], "a.parquet");
        Assert.Contains("found no rows; expected", Assert.Throws<DataException>(() => DataFile.Read(file.Path, s_default)).Message);
    }

    [Fact]
    public void DamagedFilesGiveRowsOrADataException()
    {
        byte[] whole = File.ReadAllBytes(s_arrow);
        var random = new Random(1);
        int refused = 0;
        for (int i = 0; i < 400; i++)
        {
            byte[] damaged = i % 5 == 0 ? whole[..random.Next(1, whole.Length)] : [.. whole];
            damaged[random.Next(damaged.Length)] ^= (byte)random.Next(1, 256);
            using var file = new TemporaryFile("a.parquet", damaged);
            Exception? error = Record.Exception(() => DataFile.Read(file.Path, s_default));
            Assert.True(error is null or DataException, error?.ToString());
            refused += error is null ? 0 : 1;
        }

        Assert.InRange(refused, 100, 400);
    }

    /// <summary>A file with columns text ("text 0", ...) and label (0, 1, null, ...), and so many rows in its groups.</summary>
    private static async Task<TemporaryFile> WriteAsync(int[] groups, string name)
    {
        var text = new DataField<string>("text");
        var label = new DataField<int?>("label");
        using var stream = new MemoryStream();
        await using (ParquetWriter writer = await ParquetWriter.CreateAsync(new ParquetSchema(text, label), stream))
        {
            int first = 0;
            foreach (int count in groups)
            {
                using ParquetRowGroupWriter group = writer.CreateRowGroup();
                await group.WriteAsync(text, Enumerable.Range(first, count).Select(i => $"text {i}").ToArray());
                await group.WriteAsync<int>(label, Enumerable.Range(first, count).Select(i => i % 3 == 2 ? null : (int?)(i % 3)).ToArray());
                group.CompleteValidate();
                first += count;
            }
        }

        return new TemporaryFile(name, stream.ToArray());
    }
}
