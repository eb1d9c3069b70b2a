using System.Buffers;
using System.Globalization;
using System.Text;

namespace MobiZO.Data;

/// <summary>
/// Reads lines of strict UTF-8 and counts them. Only LF ends a line; a CR before it belongs to the end. Working on bytes is what lets an encoding error name
/// its line and byte.
/// </summary>
internal sealed class LineReader : IDisposable
{
    // A "line" beyond this is a file of another kind, or a hostile one; stop before it eats the memory.
    private const int LongestLine = 1 << 28;

    private static readonly UTF8Encoding s_strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Stream _stream;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(1 << 16);
    private int _start;
    private int _end;
    private bool _reachedEnd;

    public LineReader(string path, Stream stream)
    {
        Path = path;
        _stream = stream;
    }

    /// <summary>Path of the file, for messages.</summary>
    public string Path { get; }

    /// <summary>Number of the line last returned, counted from 1; 0 before the first.</summary>
    public int LineNumber { get; private set; }

    /// <summary>How the line last returned ended: "\n", "\r\n", or "" at the end of the file.</summary>
    public string LineEnd { get; private set; } = "";

    /// <summary>The place of the line last returned.</summary>
    public DataPlace Place => new(Path, LineNumber);

    /// <summary>The next line without its end, or null after the last. A byte order mark at the start of the file is dropped.</summary>
    public string? Read()
    {
        int searched = 0;
        while (true)
        {
            int length = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (length >= 0)
            {
                return Take(searched + length, terminated: true);
            }

            searched = _end - _start;
            if (_reachedEnd)
            {
                return searched == 0 ? null : Take(searched, terminated: false);
            }

            Fill();
        }
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private string Take(int length, bool terminated)
    {
        ReadOnlySpan<byte> line = _buffer.AsSpan(_start, length);
        _start += terminated ? length + 1 : length;
        LineNumber++;
        LineEnd = terminated ? "\n" : "";
        int skipped = 0;
        if (LineNumber == 1 && line.StartsWith(Encoding.UTF8.Preamble))
        {
            skipped = Encoding.UTF8.Preamble.Length;
            line = line[skipped..];
        }

        if (terminated && line.EndsWith("\r"u8))
        {
            line = line[..^1];
            LineEnd = "\r\n";
        }

        try
        {
            return s_strictUtf8.GetString(line);
        }
        catch (DecoderFallbackException)
        {
            throw InvalidUtf8(line, skipped);
        }
    }

    private DataException InvalidUtf8(ReadOnlySpan<byte> line, int skipped)
    {
        int position = 0;
        int characters = 0;
        while (Rune.DecodeFromUtf8(line[position..], out Rune rune, out int consumed) == OperationStatus.Done)
        {
            position += consumed;
            characters += rune.Utf16SequenceLength;
        }

        return new DataException(
            new DataPlace(Path, LineNumber, characters + 1),
            string.Create(CultureInfo.InvariantCulture, $"the byte 0x{line[position]:X2} (byte {skipped + position + 1} of the line), which is not UTF-8"),
            "UTF-8 text",
            "Save the file as UTF-8.");
    }

    private void Fill()
    {
        int kept = _end - _start;
        if (kept > LongestLine)
        {
            throw new DataException(
                new DataPlace(Path, LineNumber + 1),
                string.Create(CultureInfo.InvariantCulture, $"a line longer than {LongestLine} bytes"),
                "lines of text",
                "Check that the file is a text file with line ends (LF or CRLF).");
        }

        if (kept < _buffer.Length)
        {
            _buffer.AsSpan(_start, kept).CopyTo(_buffer);
        }
        else
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
            _buffer.AsSpan(_start, kept).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        _start = 0;
        int read = ReadStream(kept);
        _end = kept + read;
        _reachedEnd = read == 0;
    }

    private int ReadStream(int offset)
    {
        try
        {
            return _stream.Read(_buffer.AsSpan(offset));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            string found = $"a file that cannot be read ({error.Message})";
            throw new DataException(new DataPlace(Path), found, "a readable file", "Check the path and its permissions.");
        }
    }
}
