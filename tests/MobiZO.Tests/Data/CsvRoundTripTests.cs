using FsCheck;
using FsCheck.Fluent;
using MobiZO.Data;

namespace MobiZO.Tests.Data;

public sealed class CsvRoundTripTests
{
    private const string Alphabet = "ab,\"\n\r \té😀";

    [Fact]
    public void WhatIsWrittenInQuotesIsReadBack()
    {
        Gen<string> field = Gen.Elements(
                Enumerable.Range(0, Alphabet.Length - 1).Select(i => i == Alphabet.Length - 2 ? Alphabet[i..] : Alphabet[i].ToString())
            )
            .ListOf()
            .Select(pieces => string.Concat(pieces));
        Gen<string[][]> table = Gen.Choose(1, 4)
            .SelectMany(columns => field.ArrayOf(columns).NonEmptyListOf().Select(rows => rows.ToArray()));
        Prop.ForAll(table.ToArbitrary(), IsReadBack).QuickCheckThrowOnFailure();
    }

    private static bool IsReadBack(string[][] table)
    {
        string text = string.Concat(table.Select(row => string.Join(',', row.Select(Write)) + "\r\n"));
        using var file = new TemporaryFile("table.csv", text);
        IReadOnlyList<DataRow> rows = DataFile.Read(file.Path, new DataOptions { HasHeader = false });
        return rows.Select(row => row.Columns.Select(column => row[column]))
                .Zip(table, (read, written) => read.SequenceEqual(written))
                .All(same => same)
            && rows.Count == table.Length;
    }

    private static string Write(string field) =>
        field.Length == 0 || field.IndexOfAny([',', '"', '\n', '\r']) >= 0 ? $"\"{field.Replace("\"", "\"\"")}\"" : field;
}
