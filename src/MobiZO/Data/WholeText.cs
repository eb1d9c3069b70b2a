using System.Text;

namespace MobiZO.Data;

/// <summary>Reads a file as one text: UTF-8, with or without a byte order mark, or UTF-16 with one.</summary>
internal static class WholeText
{
    // A text beyond this does not fit one string in memory, with its tokens beside it.
    private const long LongestFile = 1 << 28;

    /// <summary>The first characters of a file, for what decides by them how it is read; the file is put back to its beginning.</summary>
    /// <param name="stream">The file, at its beginning.</param>
    /// <param name="most">Most characters.</param>
    public static string BeginningOf(Stream stream, int most)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8, detectEncodingFromByteOrderMarks: true, -1, leaveOpen: true);
        var start = new char[most];
        int count = reader.ReadBlock(start);
        stream.Position = 0;
        return new string(start, 0, count);
    }

    /// <summary>The text, its lines ended by LF alone.</summary>
    /// <param name="path">Path of the file, for messages.</param>
    /// <param name="stream">The file.</param>
    /// <exception cref="DataException">The file is not such text, or too long.</exception>
    public static string Read(string path, Stream stream)
    {
        if (stream is { CanSeek: true, Length: > LongestFile })
        {
            throw new DataException(
                new DataPlace(path),
                FormattableString.Invariant($"a text of {stream.Length} bytes"),
                FormattableString.Invariant($"at most {LongestFile} in one file"),
                "Cut it into several files in one folder, and name the folder; rows may also stand in JSON Lines, which have no limit."
            );
        }

        try
        {
            using var reader = new StreamReader(stream, new UTF8Encoding(false, true), detectEncodingFromByteOrderMarks: true, -1, true);

            // Other characters that end a line somewhere, as U+2028, belong to the text; a JSON string may hold them.
            return reader.ReadToEnd().Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        }
        catch (DecoderFallbackException error)
        {
            throw new DataException(
                new DataPlace(path),
                $"bytes that are not UTF-8 ({error.Message.TrimEnd('.')})",
                "text in UTF-8, or in UTF-16 with a byte order mark",
                "Save the file as UTF-8."
            );
        }
    }
}
