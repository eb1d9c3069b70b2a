using System.Text;
using System.Text.Json;

namespace MobiZO.Data;

/// <summary>Rows of a file that is one JSON array of objects (<see cref="JsonRows"/>).</summary>
internal static class JsonArrayReader
{
    private const string Advice = "Write the array with objects alone.";

    /// <summary>Whether a file begins as an array, after white space and a byte order mark; the stream is put back.</summary>
    public static bool IsArray(Stream stream) => WholeText.BeginningOf(stream, 512).AsSpan().TrimStart(" \t\r\n") is ['[', ..];

    /// <summary>Reads the rows.</summary>
    /// <param name="path">Path of the file, for messages.</param>
    /// <param name="stream">The file.</param>
    /// <param name="messagesColumn">Column of the messages.</param>
    /// <exception cref="DataException">The file is no array of objects, or a row cannot be read.</exception>
    public static List<DataRow> Read(string path, Stream stream, string messagesColumn)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(WholeText.Read(path, stream));
        var (rows, made) = (new List<DataRow>(), new JsonRows(path, messagesColumn));
        var lines = new LineCounter(bytes);
        try
        {
            var reader = new Utf8JsonReader(bytes);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            {
                throw new DataException(new DataPlace(path, 1), "no JSON array", "an array of objects: [{...}, {...}]", Advice);
            }

            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                var place = new DataPlace(path, lines.LineOf((int)reader.TokenStartIndex));
                using JsonDocument document = JsonDocument.ParseValue(ref reader);
                rows.Add(made.Read(document.RootElement, place, Advice));
            }

            while (reader.Read()) { }
        }
        catch (JsonException error)
        {
            throw new DataException(
                new DataPlace(path, (int)(error.LineNumber ?? 0) + 1),
                "broken JSON",
                "one complete JSON array of objects",
                "Correct the file near this line, or write it again."
            );
        }

        return rows;
    }

    /// <summary>Counts lines up to places that only go forward.</summary>
    private sealed class LineCounter(byte[] bytes)
    {
        private int _position;
        private int _line = 1;

        public int LineOf(int position)
        {
            _line += bytes.AsSpan(_position, position - _position).Count((byte)'\n');
            _position = position;
            return _line;
        }
    }
}
