using System.Globalization;
using Parquet;
using Parquet.Schema;

namespace MobiZO.Data;

/// <summary>
/// Reads the rows of a Parquet file in file order. Strings, numbers, true and false become text as they would stand in JSON; null is a
/// column without a value. Columns of another kind are refused only when a row is asked for them. One row group is in memory at a time.
/// </summary>
internal sealed class ParquetRows
{
    // Writers make groups of at most a few million rows, and no row of text takes less than a part of a byte; a number beyond either is
    // damage, and would take all memory.
    private const int MostRowsInGroup = 1 << 26;
    private const int MostRowsInByte = 512;

    // Decimals may have more digits than System.Decimal.
    private static readonly ParquetOptions s_options = new() { UseBigDecimal = true };

    private readonly string _path;
    private readonly ParquetReader _reader;
    private readonly DataField[] _fields;
    private readonly string[] _columns;
    private readonly RowOrigin _origin;
    private readonly RowOrigin _withoutTools;
    private readonly ParquetMessages? _messages;
    private readonly Stream _stream;
    private readonly long _mostRows;

    private ParquetRows(string path, ParquetReader reader, Stream stream, string messagesColumn)
    {
        _messages = ParquetMessages.In(reader.Schema, messagesColumn);
        _stream = stream;
        _mostRows = Math.Min(MostRowsInGroup, MostRowsInByte * stream.Length);
        _path = path;
        _reader = reader;
        _fields = [.. reader.Schema.Fields.OfType<DataField>().Where(field => ParquetText.OtherKind(field) is null)];
        _columns = [.. _fields.Select(field => field.Name)];
        _origin = new RowOrigin
        {
            CountsRows = true,
            OtherColumns = reader
                .Schema.Fields.Where(field => ParquetText.OtherKind(field) is not null && field.Name != _messages?.Name)
                .ToDictionary(field => field.Name, field => ParquetText.OtherKind(field)!, StringComparer.Ordinal),
        };
        _withoutTools = _origin with
        {
            OtherColumns = _origin.OtherColumns.Where(column => column.Key != ChatMessages.Tools).ToDictionary(StringComparer.Ordinal),
        };
    }

    /// <summary>Opens a file.</summary>
    /// <param name="path">Its path, for messages.</param>
    /// <param name="stream">The file; it can seek, and stays open.</param>
    /// <param name="options">Options of the user; those that only tables of text have are refused.</param>
    /// <exception cref="DataException">The file is not Parquet or is damaged, or an option is for tables of text.</exception>
    public static ParquetRows Open(string path, Stream stream, DataOptions options)
    {
        if (options.Columns is not null || !options.HasHeader)
        {
            string option = options.Columns is null ? "DataOptions.HasHeader = false" : "DataOptions.Columns";
            throw new DataException(
                new DataPlace(path),
                $"{option} with a Parquet file",
                "the names that the file gives its columns itself",
                "Leave the option out, and use the names of the file in the template and the other options."
            );
        }

        return Guard(
            () =>
            {
                ParquetStructure.CheckFooter(stream);
                var reader = ParquetReader.CreateAsync(new ReadsThatEnd(stream), s_options, leaveStreamOpen: true);
                return new ParquetRows(path, reader.GetAwaiter().GetResult(), stream, options.MessagesColumn);
            },
            new DataPlace(path),
            "no Parquet file"
        );
    }

    /// <summary>The rows; a row group is read when its first row is asked for.</summary>
    /// <exception cref="DataException">A column is damaged.</exception>
    public IEnumerable<DataRow> Read()
    {
        int number = 0;
        for (int group = 0; group < _reader.RowGroupCount; group++)
        {
            foreach (var (values, turns, hasTools) in ReadGroup(group, new DataPlace(_path, Row: number + 1)))
            {
                number++;
                yield return new DataRow(_path, number, _columns, values, turns) { Origin = hasTools ? _origin : _withoutTools };
            }
        }
    }

    private (string?[] Values, IReadOnlyList<ChatTurn>? Turns, bool HasTools)[] ReadGroup(int group, DataPlace firstRow)
    {
        ParquetRowGroupReader reader = Guard(() => _reader.OpenRowGroupReader(group), firstRow, "a damaged group of rows");
        long stated = Guard(() => reader.RowCount, firstRow, "a damaged group of rows");
        if (stated < 0 || stated > _mostRows)
        {
            throw new DataException(
                firstRow,
                string.Create(CultureInfo.InvariantCulture, $"a group of {stated} rows"),
                string.Create(CultureInfo.InvariantCulture, $"at most {_mostRows} in a group of a file of this size"),
                "Write the file again, with smaller row groups."
            );
        }

        int count = (int)stated;
        string?[][] columns =
        [
            .. _fields.Select(field =>
                Guard(
                    () =>
                    {
                        CheckPages(group, field);
                        return ParquetText.ReadAsync(reader, field, count).GetAwaiter().GetResult();
                    },
                    firstRow,
                    $"damage in the column {DataException.Quote(field.Name)}, in this row or one that is stored with it"
                )
            ),
        ];
        var (turns, haveTools) = _messages is null
            ? (new IReadOnlyList<ChatTurn>?[count], Enumerable.Repeat(true, count).ToArray())
            : ReadTurns(_messages, reader, group, count, firstRow);
        return
        [
            .. Enumerable.Range(0, count).Select(row => (Array.ConvertAll(columns, column => column[row]), turns[row], haveTools[row])),
        ];
    }

    /// <summary>The conversations of a group, and whether each has tools.</summary>
    private (IReadOnlyList<ChatTurn>?[] Turns, bool[] HaveTools) ReadTurns(
        ParquetMessages messages,
        ParquetRowGroupReader reader,
        int group,
        int count,
        DataPlace firstRow
    ) =>
        Guard(
            () =>
            {
                foreach (DataField field in messages.Fields)
                {
                    CheckPages(group, field);
                }

                return (
                    messages.ReadAsync(reader, count, row => firstRow with { Row = firstRow.Row + row }).GetAwaiter().GetResult(),
                    messages.FindToolsAsync(reader, count).GetAwaiter().GetResult()
                );
            },
            firstRow,
            $"damage in the column {DataException.Quote(messages.Name)}, in this row or one that is stored with it"
        );

    private void CheckPages(int group, DataField field)
    {
        foreach (var chunk in _reader.Metadata!.RowGroups[group].Columns)
        {
            if (chunk.MetaData is { } column && column.PathInSchema.SequenceEqual(field.Path.ToList(), StringComparer.Ordinal))
            {
                ParquetStructure.CheckPages(_stream, column);
            }
        }
    }

    /// <summary>
    /// Calls the package. A file that is cut, damaged or no Parquet makes it throw a dozen types of exceptions; each means the file.
    /// </summary>
    private static T Guard<T>(Func<T> call, DataPlace place, string found)
    {
        try
        {
            return call();
        }
        catch (Exception error) when (error is not (OutOfMemoryException or DataException))
        {
            throw new DataException(
                place,
                $"{found} ({error.Message.TrimEnd('.')})",
                "a whole Parquet file",
                "Write or copy the file again, or name what it is by DataOptions.Format."
            );
        }
    }
}
