using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using CsvHelper;

namespace MobiZO.Data;

/// <summary>
/// Reads a text file record by record and knows the place of every byte. A record is a line; a CSV record with quoted line ends spans
/// several. LF, CRLF and a CR alone end a line, empty lines are skipped, and a byte order mark is dropped wherever a record begins.
/// CsvHelper cuts the records; broken quotes and bytes that are not UTF-8 are errors here.
/// </summary>
internal sealed class RecordReader : IDisposable
{
    // A record beyond this is a file of another kind, or a hostile one; stop before it eats the memory.
    private const int LongestRecord = 1 << 28;

    // No valid line of JSON holds this control character, so that a line is one field.
    private const char NoSeparator = '\u001F';

    private readonly CsvReader _reader;
    private readonly int _longestRecord;
    private CsvMalformedRecord? _malformed;

    public RecordReader(string path, Stream stream, DataFormat format, int longestRecord = LongestRecord)
    {
        Path = path;
        _longestRecord = longestRecord;
        _reader = CsvReader.Create(
            stream,
            new CsvReaderOptions
            {
                HasHeader = false,
                Mode = format == DataFormat.Csv ? CsvMode.Rfc4180 : CsvMode.NoEscape,
                Separator = format switch
                {
                    DataFormat.Csv => ',',
                    DataFormat.Tsv => '\t',
                    _ => NoSeparator,
                },
                TrackLineNumbers = true,
                MaxRecordSize = longestRecord,
                OnMalformedRecord = record => _malformed ??= record,
            },
            leaveOpen: true
        );
    }

    /// <summary>Path of the file, for messages.</summary>
    public string Path { get; }

    /// <summary>First line of the record, counted from 1.</summary>
    public int LineNumber => checked((int)_reader.LineNumber);

    /// <summary>The place of the record.</summary>
    public DataPlace Place => new(Path, LineNumber);

    /// <summary>The bytes of the record, valid UTF-8, without the end of its line; good until the next <see cref="Read"/>.</summary>
    public ReadOnlySpan<byte> Bytes => WithoutMark(_reader.RawRecord);

    /// <summary>Goes to the next record.</summary>
    /// <returns>Whether there is one.</returns>
    /// <exception cref="DataException">The record has broken quotes, is not UTF-8 or is too long, or the file cannot be read.</exception>
    public bool Read()
    {
        if (!ReadRecord())
        {
            return false;
        }

        if (!Utf8.IsValid(_reader.RawRecord))
        {
            throw InvalidUtf8();
        }

        return _malformed is { } malformed ? throw BrokenQuote(malformed) : true;
    }

    /// <summary>The fields of the record, without the quotes around them.</summary>
    public string[] Fields()
    {
        var fields = new string[_reader.FieldCount];
        for (int i = 0; i < fields.Length; i++)
        {
            ReadOnlySpan<byte> field = _reader.GetSpan(i);
            fields[i] = Encoding.UTF8.GetString(i == 0 ? WithoutMark(field) : field);
        }

        return fields;
    }

    /// <summary>The place of a byte of <see cref="Bytes"/>; one inside a character stands for the character.</summary>
    public DataPlace PlaceOf(int position) => PlaceInRecord(position + _reader.RawRecord.Length - Bytes.Length);

    public void Dispose() => _reader.Dispose();

    private bool ReadRecord()
    {
        try
        {
            return _reader.Read();
        }
        catch (CsvFormatException error)
        {
            throw new DataException(
                new DataPlace(Path, (int)error.LineNumber),
                string.Create(CultureInfo.InvariantCulture, $"a row longer than {_longestRecord} bytes"),
                "rows of text",
                "Check that the file is a text file with line ends, and that the first quote of this row is closed."
            );
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException(
                new DataPlace(Path),
                $"a file that cannot be read ({error.Message})",
                "a readable file",
                "Check the path and its permissions."
            );
        }
    }

    private DataException InvalidUtf8()
    {
        ReadOnlySpan<byte> record = _reader.RawRecord;
        int position = 0;
        while (Rune.DecodeFromUtf8(record[position..], out _, out int consumed) == OperationStatus.Done)
        {
            position += consumed;
        }

        // The mark at the start of the file is a part of its first line, but not of the record.
        int skipped = LineNumber == 1 ? (int)_reader.ByteOffset : 0;
        int inLine = position - LineStart(position) + (LineStart(position) == 0 ? skipped : 0);
        return new DataException(
            PlaceInRecord(position),
            string.Create(
                CultureInfo.InvariantCulture,
                $"the byte 0x{record[position]:X2} (byte {inLine + 1} of the line), which is not UTF-8"
            ),
            "UTF-8 text",
            "Save the file as UTF-8."
        );
    }

    private DataException BrokenQuote(CsvMalformedRecord malformed)
    {
        int position = (int)(malformed.ByteOffset - _reader.ByteOffset);
        (int start, string field) = FieldAt(position);
        DataPlace place = PlaceInRecord(position);
        DataPlace opening = PlaceInRecord(start);
        return malformed.Reason switch
        {
            CsvMalformedReason.StrayQuote => new DataException(
                place,
                $"a quote inside the field {DataException.Quote(field)}, which does not begin with one",
                "quotes only around whole fields",
                "Put the whole field in quotes and double the quotes inside it; use DataOptions.Format = Tsv for columns between tabs."
            ),
            CsvMalformedReason.UnterminatedQuote => new DataException(
                opening,
                "a quote that is not closed before the end of the file",
                "a closing quote",
                "Close the field with a quote, or double the quote when it is text inside a quoted field."
            ),
            _ when place.Line == opening.Line => new DataException(
                place,
                $"{CharacterAt(position)} after a closing quote",
                "a comma or the end of the line",
                "Double the quotes inside a quoted field."
            ),
            _ => new DataException(
                opening,
                string.Create(CultureInfo.InvariantCulture, $"a quoted field that runs on to line {place.Line}, column {place.Column}, ")
                    + $"with {CharacterAt(position)} after its closing quote",
                "a comma or the end of the line after a closing quote",
                "Add the closing quote that is missing where the field should end, or double the quotes inside it."
            ),
        };
    }

    /// <summary>Where the field of a byte begins in the record, and its text as it is written.</summary>
    private (int Start, string Text) FieldAt(int position)
    {
        int start = 0;
        int index = 0;
        while (index < _reader.FieldCount - 1 && start + _reader.GetRawSpan(index).Length <= position)
        {
            start += _reader.GetRawSpan(index).Length + 1;
            index++;
        }

        return (start, Encoding.UTF8.GetString(_reader.GetRawSpan(index)));
    }

    private string CharacterAt(int position)
    {
        Rune.DecodeFromUtf8(_reader.RawRecord[position..], out Rune character, out _);
        return DataException.Quote(character.ToString());
    }

    private DataPlace PlaceInRecord(int position)
    {
        ReadOnlySpan<byte> record = _reader.RawRecord;
        while (position > 0 && position < record.Length && (record[position] & 0xC0) == 0x80)
        {
            position--;
        }

        int start = LineStart(position);
        return new DataPlace(Path, LineNumber + LineEnds(record[..start]), Encoding.UTF8.GetCharCount(record[start..position]) + 1);
    }

    private int LineStart(int position) => _reader.RawRecord[..position].LastIndexOfAny((byte)'\n', (byte)'\r') + 1;

    private static int LineEnds(ReadOnlySpan<byte> text) => text.Count((byte)'\n') + text.Count((byte)'\r') - text.Count("\r\n"u8);

    private static ReadOnlySpan<byte> WithoutMark(ReadOnlySpan<byte> text) =>
        text.StartsWith(Encoding.UTF8.Preamble) ? text[Encoding.UTF8.Preamble.Length..] : text;
}
