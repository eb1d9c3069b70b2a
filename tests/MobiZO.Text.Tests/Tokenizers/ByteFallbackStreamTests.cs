using MobiZO.Text.Tokenizers.Loading;

namespace MobiZO.Text.Tests.Tokenizers;

/// <summary>Streams of byte tokens, where a later byte can spoil the run that was already shown.</summary>
public sealed class ByteFallbackStreamTests
{
    private static readonly ITokenizer s_tokenizer = TokenizerJson.Read(
        "bytes.json",
        """
        { "decoder": { "type": "Sequence", "decoders": [
            { "type": "Replace", "pattern": { "String": "\u2581" }, "content": " " }, { "type": "ByteFallback" }, { "type": "Fuse" },
            { "type": "Strip", "content": " ", "start": 1, "stop": 0 } ] },
          "model": { "type": "BPE", "merges": [], "vocab": { "<0xE4>": 0, "<0xBD>": 1, "<0xA0>": 2, "\u2581x": 3, "\u2581": 4 } } }
        """u8.ToArray()
    );

    [Fact]
    public void The_first_space_is_dropped_and_later_ones_are_not() => Assert.Equal(["x", " x", " ", " x"], Stream([3, 3, 4, 3], out _));

    [Fact]
    public void Characters_appear_whole()
    {
        Assert.Equal(["x", "", "", "\u4F60", "", "", "\u4F60"], Stream([3, 0, 1, 2, 0, 1, 2], out string rest));
        Assert.Equal("", rest);
    }

    [Fact]
    public void What_was_shown_stays_when_the_run_is_spoilt()
    {
        Assert.Equal(["x", "", "", "\u4F60", "", "\uFFFD x"], Stream([3, 0, 1, 2, 0, 3], out _));
        Assert.Equal(["", "", "\u4F60", ""], Stream([0, 1, 2, 0], out string rest));
        Assert.Equal("\uFFFD", rest);
    }

    private static string[] Stream(int[] ids, out string rest)
    {
        StreamingDecoder decoder = s_tokenizer.CreateStreamingDecoder();
        string[] shown = [.. ids.Select(decoder.Add)];
        rest = decoder.Finish();
        return shown;
    }
}
