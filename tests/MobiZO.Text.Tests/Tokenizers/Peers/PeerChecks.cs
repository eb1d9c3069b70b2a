using System.Text.Json;

namespace MobiZO.Text.Tests.Tokenizers.Peers;

/// <summary>Compares a tokenizer with the Rust library's of the same file.</summary>
internal static class PeerChecks
{
    /// <summary>Fails with the texts whose ids differ, each made as short as possible.</summary>
    public static void Same(ITokenizer tokenizer, string path, string[] texts)
    {
        Assert.NotEmpty(texts);
        using var peer = new RustTokenizer(path);
        string[] different = [.. texts.Where(Differs)];
        string shown = string.Join('\n', different.Take(10).Select(Describe));
        Assert.True(different.Length == 0, $"{different.Length} of {texts.Length} texts differ:\n{shown}");

        bool Differs(string text) => !tokenizer.Encode(text).Ids.AsSpan().SequenceEqual(peer.Encode(text));

        string Describe(string text)
        {
            string small = Shrink(text, Differs);
            return $"{JsonSerializer.Serialize(small)}: the peer gives [{string.Join(", ", peer.Encode(small))}], "
                + $"this library [{string.Join(", ", tokenizer.Encode(small).Ids)}]";
        }
    }

    /// <summary>Takes characters away while the text still differs.</summary>
    private static string Shrink(string text, Func<string, bool> differs)
    {
        for (int index = 0; index < text.Length; )
        {
            int length = char.IsSurrogatePair(text, index) ? 2 : 1;
            string shorter = text.Remove(index, length);
            if (differs(shorter))
            {
                text = shorter;
                index = 0;
            }
            else
            {
                index += length;
            }
        }

        return text;
    }
}
