using System.Text;

namespace MobiZO.Cli;

/// <summary>The streams of the process: UTF-8 without a byte order mark, whatever the locale says.</summary>
internal static class StandardStreams
{
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly UTF8Encoding s_lenient = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>
    /// Makes <see cref="Console.Out"/> and <see cref="Console.Error"/> write UTF-8; talk that cannot be written is dropped.
    /// </summary>
    public static void Prepare()
    {
        // A Windows terminal has a code page of its own; everything else takes bytes.
        if (!OperatingSystem.IsWindows() || Console.IsOutputRedirected)
        {
            Console.SetOut(Writer(Console.OpenStandardOutput()));
        }

        Console.SetError(
            new Talk(!OperatingSystem.IsWindows() || Console.IsErrorRedirected ? Writer(Console.OpenStandardError()) : Console.Error)
        );
    }

    /// <summary>Everything that comes through standard input.</summary>
    /// <exception cref="CommandException">It is not UTF-8.</exception>
    public static async Task<string> ReadInputAsync(CancellationToken cancellation)
    {
        using var bytes = new MemoryStream();
        await using var input = Console.OpenStandardInput();
        await input.CopyToAsync(bytes, cancellation);
        return Decode(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
    }

    /// <summary>The text of UTF-8 bytes; a byte order mark before it is dropped.</summary>
    /// <exception cref="CommandException">They are not UTF-8.</exception>
    internal static string Decode(ReadOnlySpan<byte> bytes)
    {
        var text = bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes;
        try
        {
            return s_strict.GetString(text);
        }
        catch (DecoderFallbackException)
        {
            var place = bytes.Length - text.Length + ValidLength(text);
            throw new CommandException(
                ExitCodes.Input,
                FormattableString.Invariant($"standard input, byte {place + 1}: found 0x{bytes[place]:x2}; expected text in UTF-8. ")
                    + "Convert it (for example with iconv), or give the prompt with '--prompt'."
            );
        }
    }

    private static int ValidLength(ReadOnlySpan<byte> bytes)
    {
        var length = 0;
        while (Rune.DecodeFromUtf8(bytes[length..], out _, out var consumed) == System.Buffers.OperationStatus.Done)
        {
            length += consumed;
        }

        return length;
    }

    private static StreamWriter Writer(Stream stream) => new(stream, s_lenient, bufferSize: 1024) { AutoFlush = true };
}
