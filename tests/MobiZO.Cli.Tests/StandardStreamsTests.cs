namespace MobiZO.Cli.Tests;

public sealed class StandardStreamsTests
{
    [Theory]
    [InlineData(new byte[] { 0xef, 0xbb, 0xbf, (byte)'a' }, "a")]
    [InlineData(new byte[] { (byte)'c', 0xc3, 0xa9 }, "c\u00e9")]
    [InlineData(new byte[0], "")]
    public void InputIsUtf8WithOrWithoutAMark(byte[] bytes, string text) => Assert.Equal(text, StandardStreams.Decode(bytes));

    [Theory]
    [InlineData(new byte[] { 0xff, 0xfe }, "byte 1: found 0xff")]
    [InlineData(new byte[] { 0xef, 0xbb, 0xbf, (byte)'a', 0xe9 }, "byte 5: found 0xe9")]
    [InlineData(new byte[] { (byte)'a', 0xc3, (byte)'b' }, "byte 2: found 0xc3")]
    public void OtherBytesAreRefusedByTheirPlace(byte[] bytes, string expected)
    {
        var failure = Assert.Throws<CommandException>(() => StandardStreams.Decode(bytes));
        Assert.Equal(ExitCodes.Input, failure.ExitCode);
        Assert.Contains($"standard input, {expected}; expected text in UTF-8", failure.Message, StringComparison.Ordinal);
    }
}
