using System.Text.Json;

namespace MobiZO.Text.Tests.Tokenizers.Fixtures;

/// <summary>What a converter writes to a GGUF file for a tokenizer.json.</summary>
internal static class JsonVocabulary
{
    private const int ByteTokens = 256;

    /// <summary>The kind "gpt2": merges, best first.</summary>
    /// <param name="path">A tokenizer.json with a byte-level model.</param>
    /// <param name="pre">The name of its pre-tokenizer in GGUF files.</param>
    public static GgufVocabulary ByteLevel(string path, string pre)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
        string[] tokens = Tokens(document.RootElement);
        HashSet<int> special = Special(document.RootElement);
        return new GgufVocabulary
        {
            Source = path,
            Model = "gpt2",
            Pre = pre,
            Tokens = tokens,
            TokenTypes = [.. tokens.Select((_, id) => special.Contains(id) ? 3 : 1)],
            Merges =
            [
                .. Model(document.RootElement)
                    .GetProperty("merges")
                    .EnumerateArray()
                    .Select(pair => $"{pair[0].GetString()} {pair[1].GetString()}"),
            ],
        };
    }

    /// <summary>
    /// The kind "llama": a token's score is the rank of the first merge that makes it. The 256 bytes follow the special tokens.
    /// </summary>
    /// <param name="path">A tokenizer.json made from a SentencePiece model.</param>
    public static GgufVocabulary SentencePiece(string path)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
        string[] tokens = Tokens(document.RootElement);
        int first = Special(document.RootElement).Count;
        var ranks = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach ((int rank, JsonElement merge) in Model(document.RootElement).GetProperty("merges").EnumerateArray().Index())
        {
            ranks.TryAdd(merge.GetString()!.Replace(" ", "", StringComparison.Ordinal), rank);
        }

        return new GgufVocabulary
        {
            Source = path,
            Model = "llama",
            Tokens = tokens,
            Scores = [.. tokens.Select((_, id) => (float)-ranks.GetValueOrDefault(tokens[id], ranks.Count))],
            TokenTypes =
            [
                .. tokens.Select(
                    (_, id) =>
                        id == 0 ? 2
                        : id < first ? 3
                        : id < first + ByteTokens ? 6
                        : 1
                ),
            ],
            BosId = 1,
            EosId = 2,
            UnkId = 0,
        };
    }

    private static JsonElement Model(JsonElement root) => root.GetProperty("model");

    private static string[] Tokens(JsonElement root) =>
        [.. Model(root).GetProperty("vocab").EnumerateObject().OrderBy(token => token.Value.GetInt32()).Select(token => token.Name)];

    private static HashSet<int> Special(JsonElement root) =>
        [
            .. root.GetProperty("added_tokens")
                .EnumerateArray()
                .Where(token => token.GetProperty("special").GetBoolean())
                .Select(token => token.GetProperty("id").GetInt32()),
        ];
}
