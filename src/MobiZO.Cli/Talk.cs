using System.Text;

namespace MobiZO.Cli;

/// <summary>
/// Standard error as a place for talk: what cannot be written there, because it is closed or its disk is full, is dropped, and the work
/// goes on.
/// </summary>
/// <param name="inner">The stream.</param>
internal sealed class Talk(TextWriter inner) : TextWriter(inner.FormatProvider)
{
    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => Try(() => inner.Write(value));

    public override void Write(char[] buffer, int index, int count) => Try(() => inner.Write(buffer, index, count));

    public override void Write(string? value) => Try(() => inner.Write(value));

    public override void WriteLine(string? value) => Try(() => inner.WriteLine(value));

    public override void Flush() => Try(inner.Flush);

    private static void Try(Action write)
    {
        try
        {
            write();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            // There is nobody to tell it to.
        }
    }
}
