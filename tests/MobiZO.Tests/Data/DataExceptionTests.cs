using MobiZO.Data;

namespace MobiZO.Tests.Data;

public sealed class DataExceptionTests
{
    [Theory]
    [InlineData("ham", "'ham'")]
    [InlineData("a b\t\r\n", "'a b\\t\\r\\n'")]
    [InlineData("\u0000\u0085", "'\\u0000\\u0085'")]
    [InlineData("\uFEFFham", "'\\ufeffham'")]
    [InlineData("\u200Btext", "'\\u200btext'")]
    [InlineData("\u00A0yes\u2009\u3000", "'\\u00a0yes\\u2009\\u3000'")]
    [InlineData("a\u2028b\u2029c", "'a\\u2028b\\u2029c'")]
    [InlineData("\U000E0041", "'\\U000e0041'")]
    [InlineData("déjà 😀", "'déjà 😀'")]
    public void WhatCannotBeSeenIsWrittenByItsCode(string text, string quoted) => Assert.Equal(quoted, DataException.Quote(text));

    [Fact]
    public void LongTextsAreCutBetweenCharacters()
    {
        Assert.Equal($"'{new string('x', 60)}'", DataException.Quote(new string('x', 60)));
        Assert.Equal($"'{new string('x', 60)}...'", DataException.Quote(new string('x', 61)));
        Assert.Equal($"'{new string('x', 59)}...'", DataException.Quote(new string('x', 59) + "😀"));
    }
}
