using System.Diagnostics;
using MobiZO.Text.Tests.Tokenizers.Fixtures;

namespace MobiZO.Text.Tests.Tokenizers;

/// <summary>
/// A line of a quarter of a megabyte of one thing takes every tokenizer a fraction of a second on an idle machine. The limit here is far
/// above that: it only tells time that grows with the square of the length, which would be hours.
/// </summary>
public sealed class LongLineTests
{
    private const int Length = 1 << 18;

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    public static TheoryData<string> Names => Suite.Files("cases");

    [Theory]
    [MemberData(nameof(Names))]
    public void One_thing_again_and_again_takes_time_that_grows_with_the_length(string name)
    {
        ITokenizer tokenizer = Suite.Load(name);
        foreach (string part in new[] { "a", " ", "\n", "'", "1", "\u00E9", "\u4E2D", "\U0001F600", "<", "\u0301", " \n", "ab " })
        {
            string text = string.Concat(Enumerable.Repeat(part, Length / part.Length));
            var watch = Stopwatch.StartNew();
            Encoding encoding = tokenizer.Encode(text, addSpecialTokens: false);
            Assert.True(watch.Elapsed < s_limit, $"{part}: {watch.Elapsed}");
            Assert.All(encoding.Offsets.Take(1000), range => Assert.InRange(range.End, range.Start, text.Length));
        }
    }
}
