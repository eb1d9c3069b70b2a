using System.Text;

namespace MobiZO.Data;

/// <summary>Reads a file as one text: UTF-8, with or without a byte order mark, or UTF-16 with one.</summary>
internal static class WholeText
{
    // A text beyond this does not fit one string in memory, with its tokens beside it.
    private const long LongestFile = 1 << 28;

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
            return reader.ReadToEnd().ReplaceLineEndings("\n");
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
