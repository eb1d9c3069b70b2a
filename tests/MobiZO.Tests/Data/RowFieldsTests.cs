using MobiZO.Data;
using Parquet;
using Parquet.Schema;

namespace MobiZO.Tests.Data;

public sealed class RowFieldsTests
{
    [Theory]
    [InlineData("{a}", "one")]
    [InlineData("{b|a}", "one")]
    [InlineData("{ nothing | a }", "one")]
    [InlineData("{nothing|}", "")]
    [InlineData("<{a:capital}> {{x}}", "<One> {x}")]
    [InlineData("{text:trim:lower}", "i see it.")]
    [InlineData("{text:trim:uncapital}", "I see it.")]
    [InlineData("{c:uncapital}", "he said \"no\"")]
    [InlineData("{c:json}", "\"He said \\u0022no\\u0022\"")]
    [InlineData("{a:question}", "One?")]
    [InlineData("{text:trim:without(.)}", "I see it")]
    [InlineData("{a:without(.)}", "one")]
    [InlineData("{c:before( said)}", "He")]
    [InlineData("{c:after(said ):before(o)}", "\"n")]
    [InlineData("{a:after(x)|c}", "He said \"no\"")]
    [InlineData("{a:prefix(- }: |)}", "- }: |one")]
    [InlineData("{list:item(1)}", "2")]
    [InlineData("{list:item(2):get(k)}", "v")]
    [InlineData("{list:item(9)|list:item(3)|a}", "one")]
    [InlineData("{a:map(one=eins,two=zwei)}", "eins")]
    [InlineData("{a}{a}", "oneone")]
    public void APatternWritesAValue(string pattern, string expected)
    {
        var row = Row(
            ("a", "one"),
            ("text", " I see it. "),
            ("c", "He said \"no\""),
            ("list", """["1", 2, {"k":"v"}, null]"""),
            ("none", null)
        );

        Assert.Equal(expected, Write(row, ("x", pattern))["x"]);
    }

    [Fact]
    public void FieldsSeeThoseBeforeThemAndMayTakeThePlaceOfAColumn()
    {
        var row = Write(Row(("a", "one"), ("b", "two")), ("a", "{a:capital}!"), ("both", "{a} {b}"));

        Assert.Equal(["a", "b", "both"], row.Columns);
        Assert.Equal(("One!", "One! two"), (row["a"], row["both"]));
    }

    [Fact]
    public void AProgramMayGiveAFieldItself() =>
        Assert.Equal("kept", RowFields.Apply([Row(("x", "kept"))], Options(("x", "{far|away:lower}")), areGiven: true).Single()["x"]);

    /// <summary>A column that is called like the field by chance would take its place in silence.</summary>
    [Fact]
    public void AColumnOfAFileIsNoFieldUnlessThePatternNamesIt()
    {
        var error = Assert.Throws<DataException>(() => Write(Row(("x", "raw")), ("x", "{far|away:lower}")));

        Assert.Contains("expected a value in the column 'far' or 'away', for the field 'x'", error.Message, StringComparison.Ordinal);
        Assert.Contains("If the column 'x' is meant, name it in the pattern", error.Message, StringComparison.Ordinal);
        Assert.Contains("'{far|away|x}'", error.Message, StringComparison.Ordinal);
        Assert.Equal("raw", Write(Row(("x", "raw")), ("x", "{far|x}"))["x"]);
    }

    [Theory]
    [InlineData("{far|away}", "found the columns 'a', 'n' (null); expected a value in the column 'far' or 'away', for the field 'x'")]
    [InlineData("{n}", "found the columns 'a', 'n' (null); expected a value in the column 'n', for the field 'x'")]
    [InlineData("{a:item(0)}", "found 'one' for 'item(0)' of the field 'x'; expected JSON")]
    [InlineData("{a:map(two=2)}", "found 'one' for 'map(two=2)' of the field 'x'; expected one of 'two'")]
    [InlineData("{broken:item(0)}", "found half of a surrogate pair (\\ud800 to \\udfff) in a string; expected valid Unicode", true)]
    [InlineData("{broken:item(1):get(k)}", "found half of a surrogate pair (\\ud800 to \\udfff) in a string; expected valid Unicode", true)]
    public void ARowThatDoesNotFitIsNamed(string pattern, string message, bool isBroken = false)
    {
        (string, string?)[] cells = [("a", "one"), ("n", null)];
        cells = isBroken ? [.. cells, ("broken", """["\ud800", {"k": "\udc00"}]""")] : cells;
        var error = Assert.Throws<DataException>(() => Write(Row(cells), ("x", pattern)));

        Assert.StartsWith("rows.jsonl, line 7: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{a", "a '{' that is not closed")]
    [InlineData("{a:before(})", "a '{' that is not closed")]
    [InlineData("a}", "a '}' that closes nothing")]
    [InlineData("{a:upper}", "the change 'upper'")]
    [InlineData("{a:item(x)}", "the change 'item(x)'")]
    [InlineData("{a:item}", "the change 'item'")]
    [InlineData("{a:before()}", "the change 'before()'")]
    [InlineData("{a:map(b)}", "the change 'map(b)'")]
    [InlineData("{a:map(0=a,0=b)}", "the change 'map(0=a,0=b)'; expected")]
    [InlineData("{a:map(0=a, 0 =b)}", "with every value once")]
    public void ABrokenPatternIsAnErrorOfTheOptions(string pattern, string message) =>
        Assert.Contains(message, Assert.Single(Options(("x", pattern)).Validate()), StringComparison.Ordinal);

    [Fact]
    public void FieldsHaveNamesOfTheirOwn() =>
        Assert.Contains("Fields names 'x' twice", Assert.Single(Options(("x", "{a}"), ("x", "{b}")).Validate()), StringComparison.Ordinal);

    [Fact]
    public void RowsInsideARowKeepWhatIsAroundThem()
    {
        using var file = new TemporaryFile(
            "a.jsonl",
            """
            {"id":1,"in":{"rows":[{"x":"a","deep":[1,2]},{"x":"b","deep":[]}]}}
            {"id":2,"x":"flat"}
            {"id":3,"in":{"rows":["text",null]}}
            """
        );

        var rows = DataFile.Read(file.Path, new DataOptions { RowsIn = ["in.rows", "in.rows.deep"] });

        Assert.Equal([1, 1, 2, 3, 3], rows.Select(row => row.LineNumber));
        Assert.Equal(["1", "2", null, null, null], rows.Select(row => row.Find("in.rows.deep")));
        Assert.Equal(["a", "a", null, null, null], rows.Select(row => row.Find("in.rows.x")));
        Assert.Equal([null, null, null, "text", null], rows.Select(row => row.Find("in.rows")));
        Assert.Equal("flat", rows[2]["x"]);
    }

    [Theory]
    [InlineData("""{"rows":["\ud800"]}""")]
    [InlineData("""{"rows":[{"x":"\udc00"}]}""")]
    [InlineData("""{"rows":[{"\ud800":"x"}]}""")]
    public void HalfACharacterInsideInnerRowsIsNamed(string line)
    {
        using var file = new TemporaryFile("a.jsonl", "\n" + line);

        var error = Assert.Throws<DataException>(() => DataFile.Read(file.Path, new DataOptions { RowsIn = ["rows"] }));

        Assert.Contains("line 2: found half of a surrogate pair", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AFileWithoutInnerRowsHasNone()
    {
        using var file = new TemporaryFile("a.jsonl", """{"rows":[]}""");

        var error = Assert.Throws<DataException>(() => DataFile.Read(file.Path, new DataOptions { RowsIn = ["rows"] }));

        Assert.Contains("found no rows", error.Message, StringComparison.Ordinal);
    }

    /// <summary>The Hub's files: labels are numbers there.</summary>
    [Fact]
    public async Task ColumnsOfParquetFilesAreColumns()
    {
        var (text, label) = (new DataField<string>("sentence1"), new DataField<long>("label"));
        using var stream = new MemoryStream();
        await using (var writer = await ParquetWriter.CreateAsync(new ParquetSchema(text, label), stream))
        {
            using var group = writer.CreateRowGroup();
            await group.WriteAsync(text, ["It rained."]);
            await group.WriteAsync<long>(label, new long[] { 1 });
            group.CompleteValidate();
        }

        using var file = new TemporaryFile("validation-00000-of-00001.parquet", stream.ToArray());

        var row = Assert.Single(DataFile.Read(file.Path, Options(("premise", "{premise|sentence1}"))));

        Assert.Equal(("It rained.", "1"), (row["premise"], row["label"]));
    }

    private static DataRow Write(DataRow row, params (string Name, string Pattern)[] fields) =>
        RowFields.Apply([row], Options(fields)).Single();

    private static DataOptions Options(params (string Name, string Pattern)[] fields) =>
        new() { Fields = [.. fields.Select(field => new RowField(field.Name, field.Pattern))] };

    private static DataRow Row(params (string Name, string? Value)[] cells) =>
        new("rows.jsonl", 7, [.. cells.Select(cell => cell.Name)], [.. cells.Select(cell => cell.Value)]);
}
