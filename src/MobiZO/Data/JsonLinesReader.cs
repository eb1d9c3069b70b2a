using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace MobiZO.Data;

/// <summary>Rows of a JSON Lines file (<see cref="JsonRows"/>). Lines of white space are skipped.</summary>
internal sealed class JsonLinesReader
{
    private static readonly JsonReaderOptions s_strict = new()
    {
        AllowTrailingCommas = false,
        CommentHandling = JsonCommentHandling.Disallow,
    };

    private readonly RecordReader _records;
    private readonly JsonRows _rows;

    public JsonLinesReader(RecordReader records, string messagesColumn)
    {
        _records = records;
        _rows = new JsonRows(records.Path, messagesColumn);
    }

    public IEnumerable<DataRow> Read()
    {
        while (_records.Read())
        {
            if (!_records.Bytes.Trim(" \t"u8).IsEmpty)
            {
                using JsonDocument document = Parse();
                yield return _rows.Read(
                    document.RootElement,
                    _records.Place,
                    "Write one object a line; turn a JSON array into lines first."
                );
            }
        }
    }

    private JsonDocument Parse()
    {
        ReadOnlySpan<byte> line = _records.Bytes;
        try
        {
            var reader = new Utf8JsonReader(line, s_strict);
            JsonDocument document = JsonDocument.ParseValue(ref reader);
            return reader.Read() ? throw new UnreachableException("The reader refuses more than one value.") : document;
        }
        catch (JsonException error)
        {
            int position = (int)Math.Min(error.BytePositionInLine ?? 0, line.Length);
            string rest = Encoding.UTF8.GetString(line[position..]);
            string found = rest.Length > 0 ? $"broken JSON at {DataException.Quote(rest)}" : "a JSON object that is not complete";
            string advice = line.TrimStart(" \t"u8).StartsWith("["u8)
                ? "JSON Lines has one object a line; turn a JSON array into lines first."
                : "Correct the line; JSON Lines has one object a line, and line ends inside strings are written \\n.";
            throw new DataException(_records.PlaceOf(position), found, "one complete JSON object", advice);
        }
    }
}
