using System.Text;

namespace MobiZO.Data;

/// <summary>Records of a comma-separated file by RFC 4180. Empty lines are skipped; an empty only field is written as "".</summary>
internal sealed class CsvRecords
{
    private readonly LineReader _lines;
    private readonly StringBuilder _quoted = new();
    private string _line = "";
    private int _position;

    public CsvRecords(LineReader lines) => _lines = lines;

    public IEnumerable<TableRecord> Read()
    {
        while (_lines.Read() is { } line)
        {
            if (line.Length > 0)
            {
                int lineNumber = _lines.LineNumber;
                _line = line;
                _position = 0;
                yield return new TableRecord(lineNumber, ReadFields());
            }
        }
    }

    private string[] ReadFields()
    {
        var fields = new List<string>();
        while (true)
        {
            fields.Add(_position < _line.Length && _line[_position] == '"' ? ReadQuoted() : ReadPlain());
            if (_position == _line.Length)
            {
                return [.. fields];
            }

            // The readers stop at a comma or at the end of the line.
            _position++;
        }
    }

    private string ReadPlain()
    {
        int start = _position;
        int length = _line.AsSpan(start).IndexOfAny(',', '"');
        _position = length < 0 ? _line.Length : start + length;
        if (_position < _line.Length && _line[_position] == '"')
        {
            throw new DataException(
                PlaceAt(_position),
                "a quote inside a field that does not begin with one",
                "quotes only around whole fields",
                "Put the whole field in quotes and double the quotes inside it, or use Format = Tsv for files whose quotes are text.");
        }

        return _line[start.._position];
    }

    private string ReadQuoted()
    {
        DataPlace opening = PlaceAt(_position);
        _quoted.Clear();
        _position++;
        while (true)
        {
            int length = _line.AsSpan(_position).IndexOf('"');
            if (length < 0)
            {
                ContinueOnNextLine(opening);
                continue;
            }

            _quoted.Append(_line, _position, length);
            _position += length + 1;
            if (_position == _line.Length || _line[_position] == ',')
            {
                return _quoted.ToString();
            }

            if (_line[_position] != '"')
            {
                throw new DataException(
                    PlaceAt(_position),
                    $"{DataException.Quote(_line[_position].ToString())} after a closing quote",
                    "a comma or the end of the line",
                    "Double the quotes inside a quoted field.");
            }

            _quoted.Append('"');
            _position++;
        }
    }

    private void ContinueOnNextLine(DataPlace opening)
    {
        _quoted.Append(_line, _position, _line.Length - _position).Append(_lines.LineEnd);
        _line = _lines.Read() ?? throw new DataException(
            opening,
            "a quote that is not closed before the end of the file",
            "a closing quote",
            "Close the field with a quote, or double the quote when it is text inside a quoted field.");
        _position = 0;
    }

    private DataPlace PlaceAt(int position) => new(_lines.Path, _lines.LineNumber, position + 1);
}
