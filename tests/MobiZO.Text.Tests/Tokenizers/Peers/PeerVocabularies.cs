using System.Text;
using System.Text.Json.Nodes;

namespace MobiZO.Text.Tests.Tokenizers.Peers;

/// <summary>Models made from pieces of texts, so that many of the pieces of other texts are tokens and many are not.</summary>
internal static class PeerVocabularies
{
    private const int Longest = 4;
    private const int Size = 6_000;

    /// <summary>Pieces of one to four code points, the frequent ones; in an order that does not change.</summary>
    public static string[] Pieces(IEnumerable<string> texts)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (string text in texts)
        {
            Rune[] runes = [.. text.EnumerateRunes()];
            for (int start = 0; start < runes.Length; start++)
            {
                for (int length = 1; length <= Math.Min(Longest, runes.Length - start); length++)
                {
                    string piece = string.Concat(runes[start..(start + length)]);
                    counts[piece] = counts.GetValueOrDefault(piece) + 1;
                }
            }
        }

        return
        [
            .. counts
                .OrderByDescending(entry => entry.Value)
                .ThenBy(entry => entry.Key, StringComparer.Ordinal)
                .Take(Size)
                .Select(entry => entry.Key),
        ];
    }

    public static JsonObject WordLevel(IEnumerable<string> words) =>
        new()
        {
            ["type"] = "WordLevel",
            ["vocab"] = Ids(words.Prepend("[UNK]")),
            ["unk_token"] = "[UNK]",
        };

    public static JsonObject WordPiece(string[] pieces, string prefix, int maximum) =>
        new()
        {
            ["type"] = "WordPiece",
            ["unk_token"] = "[UNK]",
            ["continuing_subword_prefix"] = prefix,
            ["max_input_chars_per_word"] = maximum,
            ["vocab"] = Ids(["[UNK]", .. pieces.Where((_, index) => index % 3 != 0), .. pieces.Select(piece => prefix + piece)]),
        };

    public static JsonObject Unigram(string[] pieces, bool byteFallback)
    {
        var vocabulary = new JsonArray(new JsonArray("<unk>", 0.0));
        foreach ((int index, string piece) in pieces.Index().Where(entry => entry.Index % 4 != 0))
        {
            // Quarters: sums are exact, and ties occur.
            vocabulary.Add(new JsonArray(piece, -0.25 * (1 + (index % 61))));
        }

        for (int value = 0; byteFallback && value < 256; value++)
        {
            vocabulary.Add(new JsonArray($"<0x{value:X2}>", -50.0));
        }

        return new JsonObject
        {
            ["type"] = "Unigram",
            ["unk_id"] = 0,
            ["vocab"] = vocabulary,
            ["byte_fallback"] = byteFallback,
        };
    }

    private static JsonObject Ids(IEnumerable<string> tokens) =>
        new(tokens.Distinct(StringComparer.Ordinal).Select((token, id) => KeyValuePair.Create(token, (JsonNode?)JsonValue.Create(id))));
}
